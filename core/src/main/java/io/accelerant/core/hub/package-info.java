/**
 * Published models as Hugging Face's tools read them: {@link io.accelerant.core.hub.HubFolder}
 * writes the folder, {@link io.accelerant.core.hub.HubNetwork} says which class of transformers a
 * network is, if it is one, and under which names its weights go out.
 */
package io.accelerant.core.hub;
