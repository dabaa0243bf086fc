package io.accelerant.core.lm.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.accelerant.core.error.ArtifactException;
import io.accelerant.core.error.ConfigException;
import io.accelerant.core.json.CanonicalJson;
import io.accelerant.core.json.JsonReader;
import io.accelerant.core.lm.task.PromptTask.Example;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TasksTest {
  private static final ModularChain CHAIN = new ModularChain(10, 1, 5, "+-*");
  private static final SkillPool POOL = new SkillPool(10, 3, 5, 0.6, 0.2, 0.15, 0.05, 40);
  private static final ModSum SUM = new ModSum(4, 7);

  static List<PromptTask> tasks() {
    return List.of(
        new ClozeChain(10, 6, 0.3), new Addition(1, 2, List.of(0.1, 0.2)), CHAIN, POOL, SUM);
  }

  private static JsonReader reader(Map<String, Object> config) {
    return JsonReader.of(config, "config.json: checker", ArtifactException::new);
  }

  @Test
  void everyTaskIsTestedHere() {
    assertThat(tasks()).extracting(PromptTask::name).containsExactlyElementsOf(Tasks.NAMES);
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void theBlockOfATaskRebuildsItAndItsChecker(PromptTask task) {
    String json = CanonicalJson.write(task.config());
    Map<String, Object> config = CanonicalJson.readObject(json, "a block");
    assertThat(Tasks.of(reader(config))).isEqualTo(task);
    Example example = task.example(1, 2);
    Verdict verdict = Tasks.checker(reader(config)).check(example.prompt(), "", example.answer());
    assertThat(verdict)
        .isEqualTo(task.checker().check(example.prompt(), example.answer(), example.answer()));
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void promptsAndAnswersHoldTheSymbolsOfTheTaskAlone(PromptTask task) {
    String symbols = task.symbols() + (task.isCloze() ? PromptTask.GAP : "");
    for (int id = 0; id < 200; id++) {
      Example example = task.example(9, id);
      assertThat(symbols.toCharArray())
          .contains((example.prompt() + example.answer()).toCharArray());
      assertThat(example).isEqualTo(task.example(9, id));
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void checkersBearWhatAModelWrites(PromptTask task) {
    Example example = task.example(1, 0);
    for (String answer : List.of("", ";", "\uFFFD", "a longer answer than any", "-", "\uD800")) {
      assertThat(task.checker().check(example.prompt(), example.answer(), answer).correct())
          .isFalse();
    }
  }

  @Test
  void aChainIsWorkedFromLeftToRight() {
    Checker checker = CHAIN.checker();
    assertThat(checker.check("3+4*2=", "", "74").correct()).isTrue();
    assertThat(checker.check("3-4*2=", "", "98").correct()).isTrue(); // 9 stands for -1
    assertThat(checker.check("3+4*2=", "", "84").falsePositive()).isTrue();
    assertThat(checker.check("3+4*2=", "", "4").falsePositive()).isTrue(); // no trace
    assertThat(checker.check("3+4*2=", "", "774").falsePositive()).isTrue();
    assertThat(checker.check("3+4*2=", "", "75")).isEqualTo(new Verdict(false, true));
    assertThat(checker.check("8*4=", "", "2").correct()).isTrue();
  }

  @Test
  void theChanceOfAChainIsThatOfItsLastDigit() {
    ModularChain small = new ModularChain(3, 2, 2, "+-*");
    for (int id = 0; id < 20; id++) {
      String prompt = small.example(5, id).prompt();
      int right = 0;
      for (int guess = 0; guess < 9; guess++) {
        String answer = guess / 3 + "" + guess % 3;
        right += small.checker().check(prompt, "", answer).answerRight() ? 1 : 0;
      }
      assertThat(right / 9.0).isCloseTo(small.chanceRate(), within(1e-12));
    }
  }

  @Test
  void theChanceOfASumIsOneResidue() {
    int right = 0;
    for (int guess = 0; guess < 7; guess++) {
      right += SUM.checker().check("4793=", "", "" + guess).correct() ? 1 : 0;
    }
    assertThat(right / 7.0).isCloseTo(SUM.chanceRate(), within(1e-12));
    assertThat(SUM.checker().check("4793=", "", "2").correct()).isTrue(); // 23 mod 7
    assertThat(SUM.checker().check("4793=", "", "23").correct()).isFalse();
  }

  @Test
  void aPoolHasItsShares() {
    Map<String, Integer> planted = new HashMap<>();
    Set<String> repeated = new HashSet<>();
    for (int id = 0; id < 20_000; id++) {
      Example example = POOL.example(7, id);
      planted.merge(example.planted(), 1, Integer::sum);
      if (example.planted().equals(PromptTask.DUPLICATE)) {
        repeated.add(example.prompt());
      }
    }
    assertThat(planted.get("mastered") / 20_000.0).isCloseTo(0.6, within(0.015));
    assertThat(planted.get("learnable") / 20_000.0).isCloseTo(0.2, within(0.015));
    assertThat(planted.get("noise") / 20_000.0).isCloseTo(0.15, within(0.015));
    assertThat(planted.get("duplicate") / 20_000.0).isCloseTo(0.05, within(0.01));
    assertThat(repeated).hasSizeBetween(35, 40);
  }

  @Test
  void noiseIsInEveryGroupAndSolvedByChance() {
    Map<String, Integer> groups = new HashMap<>();
    int right = 0;
    int noise = 0;
    for (int id = 0; id < 20_000; id++) {
      Example example = POOL.example(7, id);
      Verdict verdict = POOL.checker().check(example.prompt(), "", example.answer());
      if (example.planted().equals("noise")) {
        noise++;
        groups.merge(example.group(), 1, Integer::sum);
        right += verdict.answerRight() ? 1 : 0;
      } else {
        assertThat(verdict.correct()).isTrue();
        boolean learnable = example.planted().equals("learnable");
        assertThat(example.group().equals("times")).isEqualTo(learnable);
      }
    }
    assertThat(groups).containsOnlyKeys("plus", "minus", "times");
    assertThat(groups.values()).allSatisfy(n -> assertThat(n).isBetween(850, 1150));
    assertThat(right / (double) noise).isCloseTo(POOL.chanceRate(), within(0.02));
  }

  @Test
  void everyLengthAndOperatorOfAChainComes() {
    Set<String> groups = new HashSet<>();
    Set<Character> operators = new HashSet<>();
    for (int id = 0; id < 200; id++) {
      Example example = CHAIN.example(3, id);
      groups.add(example.group());
      operators.add(example.prompt().charAt(1));
      assertThat(example.prompt()).hasSize(2 * (example.group().charAt(1) - '0') + 2);
    }
    assertThat(groups).containsExactlyInAnyOrder("l1", "l2", "l3", "l4", "l5");
    assertThat(operators).containsExactlyInAnyOrder('+', '-', '*');
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    List<ThrowingCallable> wrong =
        List.of(
            () -> new ModularChain(11, 1, 5, "+"),
            () -> new ModularChain(10, 3, 2, "+"),
            () -> new ModularChain(10, 1, 5, ""),
            () -> new ModularChain(10, 1, 5, "++"),
            () -> new ModularChain(10, 1, 5, "/"),
            () -> new SkillPool(10, 3, 5, 0.6, 0.2, 0.15, 0.06, 40),
            () -> new SkillPool(10, 3, 5, 1.2, -0.2, 0, 0, 40),
            () -> new SkillPool(10, 3, 5, 0.6, 0.2, 0.15, 0.05, 0),
            () -> new SkillPool(10, 3, 5, Double.NaN, 0.2, 0.15, 0.05, 40),
            () -> new ModSum(0, 10),
            () -> new ModSum(4, 1));
    assertThat(wrong)
        .allSatisfy(make -> assertThatThrownBy(make).isInstanceOf(ConfigException.class));
  }

  @Test
  void aCheckerThatIsNoneIsAnErrorOfTheArtifact() {
    assertThatThrownBy(() -> Tasks.checker(reader(Map.of("kind", "guess"))))
        .isInstanceOf(ArtifactException.class)
        .hasMessageContaining("is guess");
    assertThatThrownBy(
            () -> Tasks.checker(reader(Map.of("kind", "mod-sum", "digits", 0, "modulus", 10))))
        .isInstanceOf(ArtifactException.class);
  }
}
