package io.accelerant.core.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageGridTest {
  private static BufferedImage decode(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  @Test
  void greyImagesStandSideBySide() throws IOException {
    byte[] first = {0, 100, (byte) 200, (byte) 255};
    byte[] second = {1, 2, 3, 4};
    byte[] third = {5, 6, 7, 8};
    BufferedImage png = decode(new ImageGrid(1, 2, 2, 2, 3).png(List.of(first, second, third)));
    assertThat(png.getWidth()).isEqualTo(2 * 7 + 1);
    assertThat(png.getHeight()).isEqualTo(2 * 7 + 1);
    assertThat(png.getRGB(1, 1)).isEqualTo(0xff000000);
    assertThat(png.getRGB(6, 1)).isEqualTo(0xff646464);
    assertThat(png.getRGB(3, 6)).isEqualTo(0xffc8c8c8);
    assertThat(png.getRGB(7, 3)).isEqualTo(0xffffffff);
    assertThat(png.getRGB(8, 1)).isEqualTo(0xff010101);
    assertThat(png.getRGB(1, 8)).isEqualTo(0xff050505);
    assertThat(png.getRGB(8, 8)).isEqualTo(0xffffffff);
  }

  @Test
  void coloursArePlanes() throws IOException {
    BufferedImage png = decode(new ImageGrid(3, 1, 1, 1, 1).png(List.of(new byte[] {10, 20, 30})));
    assertThat(png.getRGB(1, 1)).isEqualTo(0xff0a141e);
  }

  @Test
  void imagesOfAnotherSizeAreRefused() {
    assertThatThrownBy(() -> new ImageGrid(1, 2, 2, 1, 1).png(List.of(new byte[3])))
        .hasMessage("an image of 3 bytes, expected 1 x 2 x 2");
    assertThatThrownBy(() -> new ImageGrid(2, 2, 2, 1, 1)).hasMessageContaining("1 or 3 channels");
  }
}
