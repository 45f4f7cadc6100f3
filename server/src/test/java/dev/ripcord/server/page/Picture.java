package dev.ripcord.server.page;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * A picture of a page, small enough for a repository: of its colours, of which there are some
 * thousand because of the edges of letters, 256 are kept.
 */
final class Picture {
  private static final int COLOURS = 256;

  private Picture() {}

  /** Writes a screenshot as PNG. */
  static void write(byte[] png, Path file) throws IOException {
    BufferedImage full = ImageIO.read(new ByteArrayInputStream(png));
    List<Integer> palette = palette(full);
    BufferedImage indexed =
        new BufferedImage(
            full.getWidth(), full.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model(palette));
    Map<Integer, Integer> nearest = new HashMap<>();
    for (int y = 0; y < full.getHeight(); y++) {
      for (int x = 0; x < full.getWidth(); x++) {
        int index = nearest.computeIfAbsent(full.getRGB(x, y), rgb -> nearest(palette, rgb));
        indexed.getRaster().setSample(x, y, 0, index);
      }
    }
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file);
        ImageOutputStream image = ImageIO.createImageOutputStream(out)) {
      ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
      ImageWriteParam hard = writer.getDefaultWriteParam();
      hard.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      hard.setCompressionQuality(0);
      writer.setOutput(image);
      writer.write(null, new IIOImage(indexed, null, null), hard);
      writer.dispose();
    }
  }

  /** Each time the colour that is missed most: far from those there are, and frequent. */
  private static List<Integer> palette(BufferedImage image) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        counts.merge(image.getRGB(x, y), 1, Integer::sum);
      }
    }
    Map<Integer, Integer> missed = new HashMap<>();
    counts.keySet().forEach(rgb -> missed.put(rgb, Integer.MAX_VALUE));
    List<Integer> palette = new ArrayList<>();
    while (palette.size() < COLOURS && !missed.isEmpty()) {
      int next =
          Collections.max(
              missed.keySet(),
              Comparator.comparingLong(rgb -> (long) missed.get(rgb) * counts.get(rgb)));
      palette.add(next);
      missed.remove(next);
      missed.replaceAll((rgb, distance) -> Math.min(distance, distance(rgb, next)));
    }
    return palette;
  }

  private static IndexColorModel model(List<Integer> palette) {
    byte[] red = new byte[palette.size()];
    byte[] green = new byte[palette.size()];
    byte[] blue = new byte[palette.size()];
    for (int i = 0; i < palette.size(); i++) {
      red[i] = (byte) (palette.get(i) >> 16);
      green[i] = (byte) (palette.get(i) >> 8);
      blue[i] = (byte) (int) palette.get(i);
    }
    return new IndexColorModel(8, palette.size(), red, green, blue);
  }

  private static int nearest(List<Integer> palette, int rgb) {
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int i = 0; i < palette.size(); i++) {
      int distance = distance(palette.get(i), rgb);
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  private static int distance(int a, int b) {
    int red = (a >> 16 & 0xff) - (b >> 16 & 0xff);
    int green = (a >> 8 & 0xff) - (b >> 8 & 0xff);
    int blue = (a & 0xff) - (b & 0xff);
    return red * red + green * green + blue * blue;
  }
}
