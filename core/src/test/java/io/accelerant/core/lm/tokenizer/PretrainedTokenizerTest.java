package io.accelerant.core.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.accelerant.core.error.DataException;
import io.accelerant.core.lm.prompt.Prompt;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expected numbers come from a separate merge of pairs and match of pieces. */
class PretrainedTokenizerTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir Path scratch;
  private Path gpt2;
  private Path llama;
  private Path bert;

  @BeforeEach
  void copy() throws IOException {
    gpt2 = TokenizerFolder.copy("gpt2", scratch.resolve("gpt2"));
    llama = TokenizerFolder.copy("llama", scratch.resolve("llama"));
    bert = TokenizerFolder.copy("bert", scratch.resolve("bert"));
  }

  private static Tokenizer open(Path folder) {
    return Tokenizers.named(folder.toString(), HADOOP);
  }

  private static void replace(Path file, String text, String by) throws IOException {
    String before = Files.readString(file);
    assertThat(before).contains(text);
    Files.writeString(file, before.replace(text, by));
  }

  @Test
  void pairsOfBytesAreMergedInTheOrderOfTheRules() {
    for (Path folder : List.of(gpt2, llama)) {
      Tokenizer tokenizer = open(folder);
      assertThat(tokenizer.encode("the model reads the prompt"))
          .containsExactly(83, 258, 333, 78, 340, 75, 332, 82, 261, 315);
      assertThat(tokenizer.encode(" answers\n\nit is 42"))
          .containsExactly(323, 198, 198, 72, 83, 272, 220, 19, 17);
      assertThat(tokenizer.encode("\u20ac")).containsExactly(158, 224, 105);
      assertThat(tokenizer.encode("")).isEmpty();
    }
  }

  @Test
  void wordsComeOutInTheLongestPieces() {
    Tokenizer tokenizer = open(bert);
    assertThat(tokenizer.encode("What is  12 + 30?"))
        .containsExactly(98, 88, 32, 78, 46, 34, 76, 45);
    assertThat(tokenizer.encode("R\u00e9ading, teaching."))
        .containsExactly(151, 53, 135, 42, 141, 52, 57, 135, 41);
    assertThat(tokenizer.decode(tokenizer.encode("What is 12 + 30?")))
        .isEqualTo("what is 12 + 30?");
    assertThat(tokenizer.spell("[MASK] The")).isEqualTo("[MASK] the");
    assertThat(tokenizer.spellsMask(tokenizer.encode("the [MASK]"))).isTrue();
    assertThat(tokenizer.spellsMask(tokenizer.encode("the mask"))).isFalse();
    assertThat(open(gpt2).spellsMask(open(gpt2).encode("[MASK]"))).isFalse();
    assertThat(tokenizer.encodePrompt("the model")).containsExactly(2, 86, 105);
    assertThat(List.of(tokenizer.end(), tokenizer.mask())).containsExactly(3, 4);
  }

  @Test
  void whatHasNoTokenIsNamed() {
    assertThatThrownBy(() -> open(bert).encode("the \ud83d\ude00 \u20ac"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("U+1F600 at place 4 is in no token of the tokenizer");
    assertThatThrownBy(() -> open(gpt2).encode("\ud83d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("surrogate");
    assertThat(open(bert).encode("the [UNK]")).containsExactly(86, 1);
  }

  @Test
  void textsOfBytesComeBackAsTheyWere() {
    String text = "na\u00efve \ud83d\ude00\u0000 \t tokens\r\n  end ";
    assertThat(open(gpt2).decode(open(gpt2).encode(text))).isEqualTo(text);
    assertThat(open(llama).spell("<|eot_id|>" + text)).isEqualTo("<|eot_id|>" + text);
  }

  @Test
  void specialTokensAreWhatTheFilesSay() {
    Tokenizer tokenizer = open(llama);
    assertThat(tokenizer.end()).isEqualTo(345);
    assertThat(tokenizer.mask()).isEqualTo(346);
    assertThat(tokenizer.size()).isEqualTo(347);
    assertThat(tokenizer.fits(347, true)).isTrue();
    assertThat(tokenizer.fits(352, true)).isTrue();
    assertThat(tokenizer.fits(346, false)).isFalse();
    assertThat(open(gpt2).end()).isEqualTo(341);
    assertThat(tokenizer.encode("a<|mask|>b")).containsExactly(64, 346, 65);
    assertThat(tokenizer.decode(new int[] {64, 346, -1, 999, 65, 345, 66})).isEqualTo("ab");
  }

  @Test
  void aTextBeginsAsTheFilesSayAndOnlyOnce() {
    assertThat(open(llama).encodePrompt("what")).containsExactly(341, 86, 303, 83);
    assertThat(open(llama).encodePrompt("<|begin_of_text|>what")).containsExactly(341, 86, 303, 83);
    assertThat(open(gpt2).encodePrompt("what")).containsExactly(86, 303, 83);
  }

  /** The file says to cut at 4, as those do that were saved after training. */
  @Test
  void longTextsAreNotCut() {
    assertThat(open(llama).encode("what ".repeat(1000))).hasSizeGreaterThan(1000);
  }

  @Test
  void answersStandBehindTheirPrompts() {
    Prompt joint = Prompt.following(0, "what is", " 42", "", open(llama));
    assertThat(joint.ids()).containsExactly(341, 86, 303, 83, 272, 220, 19, 17, 345);
    assertThat(joint.given()).containsExactly(0, 1, 2, 3, 4);
    // " reads" begins with a token that takes the blank of the prompt
    Prompt apart = Prompt.following(0, "Q: ", "reads", "", open(gpt2));
    assertThat(apart.promptIds()).containsExactly(48, 25, 220);
    assertThat(open(gpt2).encode("Q: reads")).startsWith(48, 25, 332);
    assertThat(open(gpt2).decode(Arrays.copyOfRange(apart.ids(), 3, apart.length())))
        .isEqualTo("reads");
  }

  @Test
  void theFilesTravelAndOneJvmOpensThemOnce() throws Exception {
    NativeTokenizers.closeIdle(0);
    PretrainedTokenizer tokenizer = (PretrainedTokenizer) open(llama);
    int opened = NativeTokenizers.opened();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(tokenizer);
    }
    Stream.of(llama.toFile().listFiles()).forEach(file -> file.delete());
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      PretrainedTokenizer copy = (PretrainedTokenizer) in.readObject();
      assertThat(copy).isEqualTo(tokenizer);
      assertThat(copy.encode("what")).containsExactly(86, 303, 83);
      assertThat(NativeTokenizers.opened()).isEqualTo(opened);
      NativeTokenizers.closeIdle(0);
      assertThat(NativeTokenizers.open()).isZero();
      assertThat(copy.encode("what")).containsExactly(86, 303, 83);
      assertThat(NativeTokenizers.opened()).isEqualTo(opened + 1);
    }
  }

  @Test
  void onlyTheLastOnesStayOpen() throws IOException {
    Path other = TokenizerFolder.copy("gpt2", scratch.resolve("other"));
    replace(other.resolve("vocab.json"), "<|endoftext|>", "<|end|>");
    replace(other.resolve("special_tokens_map.json"), "<|endoftext|>", "<|end|>");
    List<Tokenizer> all = List.of(open(gpt2), open(llama), open(bert), open(other));
    assertThat(all).doesNotHaveDuplicates();
    all.forEach(tokenizer -> assertThat(tokenizer.encode("the")).isNotEmpty());
    assertThat(NativeTokenizers.open()).isEqualTo(2);
  }

  @Test
  void nothingOfItStaysInFolders() {
    assertThat(open(gpt2).visible()).hasSize(94).startsWith("!\"#$").endsWith("|}~");
    assertThat(Path.of(System.getProperty("user.home"), ".djl.ai")).doesNotExist();
    assertThat(Path.of(System.getProperty("java.io.tmpdir")).toFile().list())
        .noneMatch(name -> name.startsWith("accelerant-tokenizers"));
    assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
  }

  @Test
  void numbersOfTheModelAreTakenWhereNoPieceIsNamed() throws IOException {
    Files.delete(gpt2.resolve("special_tokens_map.json"));
    assertThatThrownBy(() -> open(gpt2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(gpt2 + " names no eos_token in tokenizer_config.json");
    Files.writeString(
        gpt2.resolve("config.json"), "{\"eos_token_id\": [341], \"mask_token_id\": 7}");
    assertThat(open(gpt2).end()).isEqualTo(341);
    assertThat(open(gpt2).mask()).isEqualTo(7);
    Files.writeString(gpt2.resolve("config.json"), "{\"eos_token_id\": 342}");
    assertThatThrownBy(() -> open(gpt2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("config.json: eos_token_id is 342; the tokenizer beside it has 342");
  }

  @Test
  void aMaskedModelNeedsAMask() {
    assertThatThrownBy(() -> open(gpt2).mask())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("names no mask_token");
  }

  @Test
  void aVocabularyWithoutMergesIsRefused() throws IOException {
    Files.delete(gpt2.resolve("merges.txt"));
    assertThatThrownBy(() -> open(gpt2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("vocab.json has no merges.txt beside it");
  }

  @Test
  void filesOfAnotherClassAreNotReadAsIfTheyWereGpt2s() throws IOException {
    Files.writeString(
        gpt2.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"Qwen2Tokenizer\"}");
    assertThatThrownBy(() -> open(gpt2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("vocab.json is for Qwen2Tokenizer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "tokenizer.json ; \"BPE\" ; \"Nope\" ; tokenizer.json is no tokenizer that can be read",
        "tokenizer.json ; \"e r\" ; \"e \u20ac\" ; Token `\u20ac` out of vocabulary",
        "tokenizer.json ; \"a\":64 ; \"a\":-1 ; gives \"a\" the number -1; expected 0 to",
        "tokenizer.json ; \"a\":64 ; \"a\":\"b\" ; tokenizer.json: model.vocab.a must be a whole number",
        "tokenizer.json ; {\"version\" ; [\"version\" ; tokenizer.json is not valid JSON (line 1",
        "tokenizer_config.json ; \"<|eot_id|>\" ; \"<eot>\" ; names \"<eot>\" as its eos_token, which",
        "tokenizer_config.json ; \"<|eot_id|>\" ; 3 ; tokenizer_config.json: eos_token must be a text",
      })
  void brokenFilesAreExplained(String file, String text, String by, String message)
      throws IOException {
    replace(llama.resolve(file), text, by);
    assertThatThrownBy(() -> open(llama))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aPointerInPlaceOfTheFileIsNamed() throws IOException {
    Files.writeString(
        llama.resolve("tokenizer.json"), "version https://git-lfs.github.com/spec/v1\noid x\n");
    assertThatThrownBy(() -> open(llama))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("tokenizer.json is a Git LFS pointer");
  }

  @Test
  void whatIsNoTokenizerIsRefused() {
    assertThatThrownBy(() -> open(scratch.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("alphabet:")
        .hasMessageContaining("there is none in \"" + scratch.resolve("none"));
  }
}
