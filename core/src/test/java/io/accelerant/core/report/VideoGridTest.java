package io.accelerant.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Node;

class VideoGridTest {
  /** Of 3 channels, 2 frames, 1 x 2 pixels: channel by channel, frame by frame. */
  private static final byte[] VIDEO = {(byte) 255, 0, 0, 0, 0, 0, 0, (byte) 255, 0, 0, 0, 0};

  private static final VideoGrid GRID = new VideoGrid(3, 2, 1, 2, 1);

  @Test
  void framesOfAVideoStandSideBySide() throws IOException {
    BufferedImage png =
        ImageIO.read(new ByteArrayInputStream(GRID.png(List.of(VIDEO, new byte[12]))));
    assertThat(png.getWidth()).isEqualTo(2 * 3 + 1);
    assertThat(png.getHeight()).isEqualTo(2 * 2 + 1);
    assertThat(png.getRGB(1, 1)).isEqualTo(0xffff0000);
    assertThat(png.getRGB(5, 1)).isEqualTo(0xff00ff00);
    assertThat(png.getRGB(1, 3)).isEqualTo(0xff000000);
  }

  @Test
  void aGifShowsOneFrameAfterTheOtherWithoutEnd() throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in =
        ImageIO.createImageInputStream(
            new ByteArrayInputStream(GRID.gif(List.of(VIDEO, VIDEO), 2)))) {
      reader.setInput(in);
      assertThat(reader.getNumImages(true)).isEqualTo(2);
      assertThat(reader.read(0).getRGB(1, 1)).isEqualTo(0xffff0000);
      assertThat(reader.read(1).getRGB(2, 1)).isEqualTo(0xff00ff00);
      assertThat(reader.read(1).getRGB(5, 1)).isEqualTo(0xff00ff00);
      Node root = reader.getImageMetadata(0).getAsTree("javax_imageio_gif_image_1.0");
      assertThat(attribute(child(root, "GraphicControlExtension"), "delayTime")).isEqualTo("20");
      Node endless = child(root, "ApplicationExtensions").getFirstChild();
      assertThat(attribute(endless, "applicationID")).isEqualTo("NETSCAPE");
    } finally {
      reader.dispose();
    }
  }

  private static String attribute(Node node, String name) {
    return node.getAttributes().getNamedItem(name).getNodeValue();
  }

  private static Node child(Node root, String name) {
    for (Node child = root.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child.getNodeName().equals(name)) {
        return child;
      }
    }
    throw new AssertionError("no " + name);
  }
}
