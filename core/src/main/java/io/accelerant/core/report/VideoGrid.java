package io.accelerant.core.report;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/**
 * Small videos for people: as strips, one video a row and one frame a column, and moving side by
 * side. A video is [channels][frames][height][width], flat, bytes 0 to 255.
 *
 * @param channels 1 for grey, 3 for red, green and blue
 */
public record VideoGrid(int channels, int frames, int height, int width, int zoom) {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";

  /** Hundredths of a second that a frame stands. */
  private static final int DELAY = 20;

  /** The strips as a PNG file. */
  public byte[] png(List<byte[]> videos) {
    List<byte[]> images = new ArrayList<>();
    for (byte[] video : videos) {
      for (int frame = 0; frame < frames; frame++) {
        images.add(frame(video, frame));
      }
    }
    return new ImageGrid(channels, height, width, frames, zoom).png(images);
  }

  /**
   * The videos moving side by side, without end, as a GIF file.
   *
   * @param columns videos in a row of the grid
   */
  public byte[] gif(List<byte[]> videos, int columns) {
    ImageGrid grid = new ImageGrid(channels, height, width, columns, zoom);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int frame = 0; frame < frames; frame++) {
        int f = frame;
        BufferedImage image =
            indexed(grid.drawn(videos.stream().map(video -> frame(video, f)).toList()));
        writer.writeToSequence(new IIOImage(image, null, timing(writer, image)), null);
      }
      writer.endWriteSequence();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** GIF has 256 colours: all greys, or six steps of each of red, green and blue. */
  private BufferedImage indexed(BufferedImage picture) {
    BufferedImage indexed =
        channels == 1
            ? new BufferedImage(
                picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, greys())
            : new BufferedImage(
                picture.getWidth(), picture.getHeight(), BufferedImage.TYPE_BYTE_INDEXED);
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        indexed.setRGB(x, y, picture.getRGB(x, y));
      }
    }
    return indexed;
  }

  private static IndexColorModel greys() {
    byte[] levels = new byte[256];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) i;
    }
    return new IndexColorModel(8, levels.length, levels, levels, levels);
  }

  private byte[] frame(byte[] video, int frame) {
    int area = height * width;
    byte[] image = new byte[channels * area];
    for (int c = 0; c < channels; c++) {
      System.arraycopy(video, (c * frames + frame) * area, image, c * area, area);
    }
    return image;
  }

  private static IIOMetadata timing(ImageWriter writer, BufferedImage image)
      throws IIOInvalidTreeException {
    ImageWriteParam plain = writer.getDefaultWriteParam();
    plain.setProgressiveMode(ImageWriteParam.MODE_DISABLED); // interlaced, few rows come out wrong
    IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), plain);
    IIOMetadataNode root = new IIOMetadataNode(FORMAT);
    IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("delayTime", Integer.toString(DELAY));
    control.setAttribute("transparentColorIndex", "0");
    root.appendChild(control);
    IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
    IIOMetadataNode endless = new IIOMetadataNode("ApplicationExtension");
    endless.setAttribute("applicationID", "NETSCAPE");
    endless.setAttribute("authenticationCode", "2.0");
    endless.setUserObject(new byte[] {1, 0, 0});
    extensions.appendChild(endless);
    root.appendChild(extensions);
    metadata.mergeTree(FORMAT, root);
    return metadata;
  }
}
