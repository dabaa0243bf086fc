package io.accelerant.core.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class WordNetGlossesTest {
  @Test
  void aGlossIsWhatFollowsTheBar() {
    assertThat(
            WordNetGlosses.parse("adv", "00001740 02 r 01 a_cappella 0 000 | unaided; \"x | y\"  "))
        .hasValue(new WordNetGlosses.Gloss("adv:00001740", "unaided; \"x | y\""));
    assertThat(WordNetGlosses.parse("adv", "  1 This software | and database")).isEmpty();
  }

  @Test
  void everyWordOfASynsetHasItsDefinition() {
    String line =
        "00002312 00 a 02 full-blood(a) 0 long_lived 1 001 & 1 a 0 | of long life; \"x; y\"";
    assertThat(WordNetGlosses.definitions("adj", line))
        .containsExactly(
            RowFactory.create("full-blood", "adj", "of long life"),
            RowFactory.create("long lived", "adj", "of long life"));
    assertThat(WordNetGlosses.definitions("adj", "  1 This software | and database")).isEmpty();
  }

  @Test
  void everySynsetHasAGloss() {
    List<WordNetGlosses.Gloss> adverbs = WordNetGlosses.glosses("adv").toList();
    assertThat(adverbs).hasSize(3625).allSatisfy(gloss -> assertThat(gloss.text()).isNotBlank());
    assertThat(adverbs).extracting(WordNetGlosses.Gloss::id).doesNotHaveDuplicates();
  }

  @Test
  void theLicenceIsWhole() {
    assertThat(WordNetGlosses.licence())
        .startsWith("This software and database is being provided to you, the LICENSEE, by\n")
        .contains("\nWordNet 3.1 Copyright 2011 by Princeton University.  All rights reserved.\n")
        .endsWith("\nPrinceton University and LICENSEE agrees to preserve same.\n")
        .hasLineCount(29);
  }
}
