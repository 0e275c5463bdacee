import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.RadialGradientPaint;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/**
 * Paints the demo's photograph and the frames of its video: a waxwing on a rowan branch over a frozen lake at dawn.
 *
 * <p>{@code java Scene.java photo FILE.jpg} writes one picture of 1600 x 1067; {@code java Scene.java frames WIDTH HEIGHT
 * COUNT RATE} writes raw RGB24 frames to standard output. All randomness is seeded, so a frame depends on its time alone.
 */
final class Scene {
    private static final double WIDTH = 1600;
    private static final double HEIGHT = 1067;
    private static final double WATERLINE = 780;
    private static final Point2D SUN = new Point2D.Double(1150, 585);

    private final int pixelWidth;
    private final int pixelHeight;
    private final double scale;
    private final double top;
    private final BufferedImage backdrop;
    private final BufferedImage body;
    private final BufferedImage head;

    private Scene(int pixelWidth, int pixelHeight) {
        this.pixelWidth = pixelWidth;
        this.pixelHeight = pixelHeight;
        this.scale = pixelWidth / WIDTH;
        this.top = (HEIGHT - pixelHeight / scale) * 0.75;
        this.backdrop = backdrop();
        this.body = plumage(Scene::body, 1, 9000);
        this.head = plumage(Scene::head, 2, 2600);
    }

    static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "photo" -> writeJpeg(grain(new Scene(1600, 1067).paint(1.3)), Path.of(args[1]));
            case "frames" -> frames(number(args[1]), number(args[2]), number(args[3]), number(args[4]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private static void frames(int width, int height, int count, int rate) throws IOException {
        Scene scene = new Scene(width, height);
        byte[] raw = new byte[width * height * 3];
        try (OutputStream out = new BufferedOutputStream(System.out, 1 << 20)) {
            for (int frame = 0; frame < count; frame++) {
                int[] pixels = pixels(scene.paint(frame / (double) rate));
                for (int i = 0; i < pixels.length; i++) {
                    raw[3 * i] = (byte) (pixels[i] >> 16);
                    raw[3 * i + 1] = (byte) (pixels[i] >> 8);
                    raw[3 * i + 2] = (byte) pixels[i];
                }
                out.write(raw);
            }
        }
    }

    // One frame.

    private BufferedImage paint(double time) {
        BufferedImage image = new BufferedImage(pixelWidth, pixelHeight, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = graphics(image);
        double drift = 16 * Math.sin(time * 0.5 - 0.6);
        g.drawImage(backdrop, AffineTransform.getTranslateInstance((-20 + drift) * scale, 0), null);
        g.scale(scale, scale);
        g.translate(0, -top);
        flock(g, time);
        snow(g, time, 0.4, 90, 2.6, 11);
        AffineTransform still = g.getTransform();
        g.rotate(Math.toRadians(0.45 * Math.sin(time * 1.2)), -200, 900);
        branch(g, time);
        bird(g, time);
        g.setTransform(still);
        snow(g, time, 1.0, 34, 8, 23);
        vignette(g);
        g.dispose();
        return image;
    }

    // Sky, hills, lake.

    private BufferedImage backdrop() {
        BufferedImage image =
                new BufferedImage((int) Math.ceil((WIDTH + 40) * scale), pixelHeight, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = graphics(image);
        g.scale(scale, scale);
        g.translate(20, -top);
        sky(g);
        clouds(g);
        ridge(g, 1, 610, 190, 560, 0xcf9aa0, 0xf3c7aa, 0);
        ridge(g, 2, 668, 130, 400, 0x94789b, 0xdba9a6, 0);
        ridge(g, 3, 722, 100, 330, 0x625a88, 0xa98ba2, 26);
        ridge(g, 4, 772, 84, 300, 0x272c50, 0x48466e, 58);
        g.dispose();
        reflect(image);
        Graphics2D shore = graphics(image);
        shore.scale(scale, scale);
        shore.translate(20, -top);
        shore.setPaint(new LinearGradientPaint(
                0, (float) WATERLINE - 50, 0, (float) WATERLINE + 46, new float[] {0, 0.52f, 1}, new Color[] {
                    new Color(255, 226, 205, 0), new Color(255, 226, 205, 115), new Color(255, 226, 205, 0)
                }));
        shore.fill(new Rectangle2D.Double(-60, WATERLINE - 50, WIDTH + 120, 96));
        shore.dispose();
        return blur(blur(image, radius(2)), radius(2));
    }

    private int radius(double size) {
        return Math.max(1, (int) Math.round(size * scale));
    }

    private static void sky(Graphics2D g) {
        g.setPaint(new LinearGradientPaint(
                0, 0, 0, (float) WATERLINE, new float[] {0, 0.3f, 0.55f, 0.74f, 0.9f}, new Color[] {
                    new Color(0x1f2c52),
                    new Color(0x4a5891),
                    new Color(0xae7b9d),
                    new Color(0xeea48b),
                    new Color(0xfbdcae)
                }));
        g.fill(new Rectangle2D.Double(-60, 0, WIDTH + 120, HEIGHT));
        glow(g, SUN, 780, new Color(255, 206, 140, 170));
        glow(g, SUN, 300, new Color(255, 236, 196, 210));
        g.setColor(new Color(255, 251, 238));
        g.fill(circle(SUN.getX(), SUN.getY(), 40));
    }

    private static void clouds(Graphics2D g) {
        int step = 2;
        for (int y = 20; y < 640; y += step) {
            for (int x = -40; x < WIDTH + 40; x += step) {
                double density = fractal(x / 420.0 + 7, y / 70.0 + x / 1100.0, 5);
                double alpha = Math.clamp((density - 0.52) * 3.4, 0, 1) * Math.clamp((y - 20) / 200.0, 0, 1) * 0.6;
                if (alpha > 0.01) {
                    double warm = Math.clamp(1.2 - SUN.distance(x, y) / 900, 0, 1);
                    g.setColor(
                            new Color((int) (140 + 115 * warm), (int) (112 + 96 * warm), (int) (158 - 6 * warm), (int)
                                    (255 * alpha)));
                    g.fillRect(x, y, step, step);
                }
            }
        }
    }

    /** One range of hills, darker above and hazier below; with trees of at most the given height along its edge. */
    private static void ridge(
            Graphics2D g, int seed, double base, double rise, double stretch, int above, int below, double trees) {
        Random random = new Random(seed);
        Path2D hill = new Path2D.Double();
        hill.moveTo(-60, HEIGHT);
        double highest = base;
        for (double x = -60; x <= WIDTH + 60; x += 3) {
            double y = base - rise * (fractal(x / stretch + seed * 31, seed * 5.7, 5) - 0.35);
            highest = Math.min(highest, y);
            hill.lineTo(x, y);
        }
        hill.lineTo(WIDTH + 60, HEIGHT);
        hill.closePath();
        if (trees > 0) {
            for (double x = -60; x <= WIDTH + 60; x += trees * (0.16 + 0.5 * random.nextDouble())) {
                double y = base - rise * (fractal(x / stretch + seed * 31, seed * 5.7, 5) - 0.35);
                if (fractal(x / 90 + seed, 3, 3) > 0.36) {
                    hill.append(conifer(x, y + 4, trees * (0.5 + 0.8 * random.nextDouble())), false);
                }
            }
            highest -= trees;
        }
        hill.setWindingRule(Path2D.WIND_NON_ZERO);
        g.setPaint(new LinearGradientPaint(
                0, (float) highest, 0, (float) Math.max(highest + 1, WATERLINE + 10), new float[] {0, 1}, new Color[] {
                    new Color(above), new Color(below)
                }));
        g.fill(hill);
    }

    private static Path2D conifer(double x, double y, double height) {
        Path2D tree = new Path2D.Double();
        int tiers = 6;
        tree.moveTo(x, y - height);
        for (int tier = 1; tier <= tiers; tier++) {
            tree.lineTo(x + height * 0.2 * tier / tiers, y - height * (1 - tier / (double) tiers));
            tree.lineTo(x + height * 0.12 * tier / tiers, y - height * (1 - tier / (double) tiers));
        }
        for (int tier = tiers; tier >= 1; tier--) {
            tree.lineTo(x - height * 0.12 * tier / tiers, y - height * (1 - tier / (double) tiers));
            tree.lineTo(x - height * 0.2 * tier / tiers, y - height * (1 - tier / (double) tiers));
        }
        tree.closePath();
        return tree;
    }

    /** Mirrors what is above the waterline into the lake, darker, bluer and rippled. */
    private void reflect(BufferedImage image) {
        int line = (int) Math.round((WATERLINE - top) * scale);
        int[] pixels = pixels(image);
        int width = image.getWidth();
        for (int y = line; y < image.getHeight(); y++) {
            double depth = (y - line) / (double) (image.getHeight() - line);
            for (int x = 0; x < width; x++) {
                double wave = fractal(x / (150 * scale), y / (7 * scale), 3) - 0.5;
                int fromY =
                        Math.clamp((long) (line - (y - line) * 1.25 + wave * 34 * scale * (0.25 + depth)), 0, line - 1);
                int fromX = Math.clamp((long) (x + wave * 26 * scale * depth), 0, width - 1);
                int from = pixels[fromY * width + fromX];
                double dim = 0.9 - 0.34 * depth + wave * 0.16;
                pixels[y * width + x] = rgb(
                        ((from >> 16) & 0xff) * dim * 0.96,
                        ((from >> 8) & 0xff) * dim,
                        (from & 0xff) * dim * 1.03 + 12 * depth);
            }
        }
    }

    // What moves in the air.

    private static void flock(Graphics2D g, double time) {
        Random random = new Random(77);
        g.setStroke(new BasicStroke(2.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setColor(new Color(46, 42, 78, 190));
        for (int i = 0; i < 9; i++) {
            double x = 820 + 210 * random.nextDouble() + i * 38 + time * (30 + 3 * random.nextDouble());
            double y = 250 + 90 * random.nextDouble() - i * 9 - time * 7 + 4 * Math.sin(time * 3 + i);
            double span = 11 + 6 * random.nextDouble();
            double lift = span * (0.45 + 0.5 * Math.sin(time * 11 + i * 1.7));
            Path2D wings = new Path2D.Double();
            wings.moveTo(x - span, y - lift);
            wings.quadTo(x - span * 0.45, y - lift * 1.1 - 4, x, y);
            wings.quadTo(x + span * 0.45, y - lift * 1.1 - 4, x + span, y - lift);
            g.draw(wings);
        }
    }

    private static void snow(Graphics2D g, double time, double speed, int count, double size, int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            double depth = 0.35 + 0.65 * random.nextDouble();
            double x = random.nextDouble() * (WIDTH + 200) + time * 34 * speed * depth;
            double y = random.nextDouble() * (HEIGHT + 80) + time * 120 * speed * depth;
            double radius = size * depth * (0.6 + 0.7 * random.nextDouble());
            x = x % (WIDTH + 200) - 100 + 12 * Math.sin(time * 1.3 + i);
            y = y % (HEIGHT + 80) - 40;
            glow(g, new Point2D.Double(x, y), radius * 1.7, new Color(255, 250, 246, size > 5 ? 105 : 165));
        }
    }

    private static void vignette(Graphics2D g) {
        g.setPaint(new RadialGradientPaint(
                new Point2D.Double(WIDTH * 0.52, HEIGHT * 0.55), 1120, new float[] {0.55f, 1}, new Color[] {
                    new Color(10, 12, 34, 0), new Color(10, 12, 34, 150)
                }));
        g.fill(new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    }

    // The rowan.

    private static void branch(Graphics2D g, double time) {
        limb(g, 4, -80, 905, 330, 812, 700, 806, 1210, 640, 44, 9);
        limb(g, 5, 778, 757, 920, 790, 1060, 830, 1190, 838, 15, 4);
        limb(g, 6, 1000, 706, 1086, 648, 1150, 560, 1250, 520, 12, 3);
        limb(g, 7, 268, 840, 210, 740, 120, 690, 60, 600, 16, 4);
        limb(g, 8, 1196, 646, 1270, 632, 1330, 650, 1390, 690, 10, 3);
        berries(g, time, 1, 1190, 838, 24);
        berries(g, time, 2, 1080, 828, 17);
        berries(g, time, 3, 1390, 690, 26);
        berries(g, time, 4, 62, 604, 15);
        berries(g, time, 5, 1252, 522, 13);
        berries(g, time, 6, 940, 790, 14);
    }

    private static void limb(
            Graphics2D g,
            int seed,
            double x0,
            double y0,
            double x1,
            double y1,
            double x2,
            double y2,
            double x3,
            double y3,
            double thick,
            double thin) {
        Random random = new Random(seed);
        Path2D bark = new Path2D.Double();
        Path2D cover = new Path2D.Double();
        int steps = 120;
        double[] xs = new double[steps + 1];
        double[] ys = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            double t = i / (double) steps;
            double u = 1 - t;
            xs[i] = u * u * u * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t * x3;
            ys[i] = u * u * u * y0
                    + 3 * u * u * t * y1
                    + 3 * u * t * t * y2
                    + t * t * t * y3
                    + (fractal(t * 9, seed, 3) - 0.5) * thick * 0.7;
        }
        for (int i = 0; i <= steps; i++) {
            double half = (thick + (thin - thick) * i / steps) / 2 * (0.86 + 0.3 * fractal(i / 5.0, seed + 9, 2));
            if (i == 0) {
                bark.moveTo(xs[i], ys[i] - half);
            } else {
                bark.lineTo(xs[i], ys[i] - half);
            }
        }
        for (int i = steps; i >= 0; i--) {
            double half = (thick + (thin - thick) * i / steps) / 2 * (0.86 + 0.3 * fractal(i / 5.0, seed + 19, 2));
            bark.lineTo(xs[i], ys[i] + half);
        }
        bark.closePath();
        g.setPaint(new Color(0x2c2230));
        g.fill(bark);
        Shape clip = g.getClip();
        g.clip(bark);
        for (int i = 0; i < steps * thick / 3; i++) {
            int at = random.nextInt(steps);
            double across = (random.nextDouble() - 0.5) * (thick + (thin - thick) * at / steps);
            double light = Math.clamp(0.5 + across / thick * 1.5, 0, 1);
            g.setStroke(new BasicStroke((float) (0.8 + 1.6 * random.nextDouble())));
            g.setColor(new Color(
                    (int) (92 - 50 * light),
                    (int) (70 - 36 * light),
                    (int) (78 - 32 * light),
                    90 + random.nextInt(90)));
            int to = Math.min(steps, at + 2 + random.nextInt(5));
            g.draw(new java.awt.geom.Line2D.Double(xs[at], ys[at] + across, xs[to], ys[to] + across));
        }
        g.setClip(clip);
        // Snow lies on the upper side, and thins out towards the tip.
        cover.moveTo(xs[0], ys[0]);
        double[] depth = new double[steps + 1];
        for (int i = 0; i <= steps; i++) {
            double half = (thick + (thin - thick) * i / steps) / 2;
            depth[i] = Math.max(0, fractal(i / 7.0 + seed * 3, seed, 3) - 0.36) * (half * 2.2 + 8);
            cover.lineTo(xs[i], ys[i] - half * 0.8 - depth[i]);
        }
        for (int i = steps; i >= 0; i--) {
            double half = (thick + (thin - thick) * i / steps) / 2;
            cover.lineTo(xs[i], ys[i] - half * 0.8 + depth[i] * 0.28);
        }
        cover.closePath();
        g.setStroke(new BasicStroke(2.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setColor(new Color(0xb9bfdb));
        g.fill(cover);
        AffineTransform still = g.getTransform();
        g.translate(0, -1.6);
        g.setColor(new Color(0xfdf1ea));
        g.fill(cover);
        g.setTransform(still);
    }

    private static void berries(Graphics2D g, double time, int seed, double x, double y, int count) {
        Random random = new Random(seed * 101L);
        AffineTransform still = g.getTransform();
        g.rotate(Math.toRadians(2.6 * Math.sin(time * 1.7 + seed)), x, y);
        double[] bx = new double[count];
        double[] by = new double[count];
        for (int i = 0; i < count; i++) {
            double angle = random.nextDouble() * Math.TAU;
            double spread = Math.sqrt(random.nextDouble());
            bx[i] = x + 6 + 47 * spread * Math.cos(angle) * Math.sqrt(count / 24.0);
            by[i] = y + 46 + 34 * spread * Math.sin(angle) * Math.sqrt(count / 24.0);
            g.setStroke(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            g.setColor(new Color(0x4a2a30));
            Path2D stalk = new Path2D.Double();
            stalk.moveTo(x, y);
            stalk.quadTo(x + 4, by[i] - 26, bx[i], by[i] - 8);
            g.draw(stalk);
        }
        for (int i = 0; i < count; i++) {
            double radius = 11.5 + 3 * random.nextDouble();
            double shade = random.nextDouble();
            g.setPaint(new RadialGradientPaint(
                    new Point2D.Double(bx[i], by[i]),
                    (float) radius,
                    new Point2D.Double(bx[i] + radius * 0.45, by[i] - radius * 0.4),
                    new float[] {0, 0.45f, 1},
                    new Color[] {
                        new Color(255, (int) (120 + 40 * shade), 84),
                        new Color((int) (205 + 20 * shade), 44, 36),
                        new Color(98, 12, 30)
                    },
                    java.awt.MultipleGradientPaint.CycleMethod.NO_CYCLE));
            g.fill(circle(bx[i], by[i], radius));
            g.setColor(new Color(255, 240, 224, 200));
            g.fill(new Ellipse2D.Double(bx[i] + radius * 0.2, by[i] - radius * 0.62, radius * 0.34, radius * 0.26));
            g.setColor(new Color(50, 8, 18, 170));
            g.fill(circle(bx[i] - radius * 0.12, by[i] + radius * 0.66, 1.9));
        }
        if (seed % 3 == 0) {
            g.setTransform(still);
            return;
        }
        Path2D cap = new Path2D.Double();
        cap.moveTo(x - 34, y + 24);
        cap.curveTo(x - 26, y + 2, x - 4, y - 6, x + 10, y - 2);
        cap.curveTo(x + 32, y + 2, x + 44, y + 16, x + 46, y + 27);
        cap.curveTo(x + 30, y + 20, x + 22, y + 30, x + 8, y + 24);
        cap.curveTo(x - 8, y + 18, x - 18, y + 30, x - 34, y + 24);
        g.setPaint(new LinearGradientPaint(
                (float) x, (float) y - 6, (float) x, (float) y + 30, new float[] {0, 1}, new Color[] {
                    new Color(0xfff6ef), new Color(0xc3c5df)
                }));
        g.fill(cap);
        g.setTransform(still);
    }

    // The bird, in its own coordinates: feet at the origin, facing right.

    private static final double BIRD_X = 655;
    private static final double BIRD_Y = 780;
    private static final double BIRD_SIZE = 1.28;
    private static final int CANVAS = 560;
    private static final double CANVAS_X = 250;
    private static final double CANVAS_Y = 385;

    private void bird(Graphics2D g, double time) {
        AffineTransform still = g.getTransform();
        g.translate(BIRD_X, BIRD_Y);
        g.scale(BIRD_SIZE, BIRD_SIZE);
        double breath = 1 + 0.006 * Math.sin(time * 4);
        AffineTransform standing = g.getTransform();
        g.scale(breath, 1);
        canvas(g, body);
        g.setTransform(standing);
        // It looks about in short turns, as birds do.
        double look = 7 * smooth(time, 1.9, 2.1) - 13 * smooth(time, 3.1, 3.3) + 6 * smooth(time, 4.6, 4.8);
        g.rotate(Math.toRadians(look), 46, -246);
        canvas(g, head);
        boolean blink = (time > 2.5 && time < 2.65) || (time > 4.95 && time < 5.1);
        eye(g, blink);
        g.setTransform(standing);
        feet(g);
        g.setTransform(still);
    }

    private void canvas(Graphics2D g, BufferedImage image) {
        double shrink = 1 / (BIRD_SIZE * scale);
        AffineTransform place = AffineTransform.getTranslateInstance(-CANVAS_X, -CANVAS_Y);
        place.scale(shrink, shrink);
        g.drawImage(image, place, null);
    }

    private interface Painting {
        void on(Graphics2D g);
    }

    /** Paints a part of the bird, then draws feathers over it: short strokes in the colours below them. */
    private BufferedImage plumage(Painting part, int seed, int feathers) {
        double size = BIRD_SIZE * scale;
        int side = (int) Math.ceil(CANVAS * size);
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = graphics(image);
        g.scale(size, size);
        g.translate(CANVAS_X, CANVAS_Y);
        part.on(g);
        BufferedImage before = new BufferedImage(side, side, BufferedImage.TYPE_INT_ARGB);
        before.createGraphics().drawImage(image, 0, 0, null);
        Random random = new Random(seed);
        g.setComposite(AlphaComposite.SrcAtop);
        for (int i = 0; i < feathers; i++) {
            double x = -CANVAS_X + random.nextDouble() * CANVAS;
            double y = -CANVAS_Y + random.nextDouble() * CANVAS;
            int pixel = before.getRGB(
                    Math.clamp((long) ((x + CANVAS_X) * size), 0, side - 1),
                    Math.clamp((long) ((y + CANVAS_Y) * size), 0, side - 1));
            if (pixel >>> 24 > 200) {
                double shade = 0.86 + 0.3 * random.nextDouble();
                g.setColor(new Color(
                        rgb(((pixel >> 16) & 0xff) * shade, ((pixel >> 8) & 0xff) * shade, (pixel & 0xff) * shade)
                                | 0x70000000,
                        true));
                g.setStroke(new BasicStroke(
                        (float) (0.8 + 1.5 * random.nextDouble()), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
                double length = 5 + 8 * random.nextDouble();
                double angle = Math.toRadians(118 + 26 * random.nextDouble() - y * 0.02);
                Path2D feather = new Path2D.Double();
                feather.moveTo(x, y);
                feather.quadTo(
                        x + 0.5 * length * Math.cos(angle) + 1.5,
                        y + 0.5 * length * Math.sin(angle),
                        x + length * Math.cos(angle),
                        y + length * Math.sin(angle));
                g.draw(feather);
            }
        }
        g.dispose();
        return image;
    }

    private static void body(Graphics2D g) {
        // Tail: grey, black band, yellow tip.
        Path2D tail = path("M -62 -60 L -118 -20 L -176 92 C -172 104 -150 112 -138 108 L -60 0 L -30 -30 Z");
        g.setPaint(gradient(-90, -40, -158, 104, new float[] {0, 0.5f, 0.6f, 0.82f, 0.84f, 1}, new int[] {
            0x77726f, 0x4b4850, 0x24222b, 0x211f28, 0xf4c22f, 0xffd84f
        }));
        g.fill(tail);
        g.setStroke(new BasicStroke(1.2f));
        g.setColor(new Color(20, 18, 26, 110));
        g.draw(path("M -70 -40 L -158 104"));
        g.draw(path("M -84 -40 L -168 98"));
        g.draw(path("M -58 -30 L -146 108"));

        Path2D trunk = path("M 18 -290 C -22 -262 -64 -200 -84 -132 C -96 -92 -100 -54 -92 -32 C -76 -6 -40 4 -4 4"
                + " C 44 2 82 -40 97 -96 C 110 -150 108 -214 96 -262 C 84 -304 44 -306 18 -290 Z");
        g.setPaint(gradient(-92, -120, 108, -150, new float[] {0, 0.34f, 0.66f, 1}, new int[] {
            0x6f5a50, 0x9a7a66, 0xc49c82, 0xe2bd9d
        }));
        g.fill(trunk);
        Shape whole = g.getClip();
        g.clip(trunk);
        glow(g, new Point2D.Double(50, -250), 90, new Color(186, 142, 114, 230));
        glow(g, new Point2D.Double(20, -8), 120, new Color(226, 216, 204, 235));
        glow(g, new Point2D.Double(-62, 6), 70, new Color(168, 82, 44, 235));
        glow(g, new Point2D.Double(100, -190), 96, new Color(255, 226, 180, 150));
        glow(g, new Point2D.Double(-110, -150), 110, new Color(66, 54, 74, 150));
        g.setClip(whole);

        wing(g);
        // Light from the low sun along the breast.
        g.setStroke(new BasicStroke(3.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setColor(new Color(255, 235, 200, 150));
        g.draw(path("M 99 -246 C 109 -206 107 -150 95 -98 C 84 -60 64 -28 40 -10"));
    }

    private static void wing(Graphics2D g) {
        Path2D coverts =
                path("M 34 -222 C 4 -232 -42 -200 -66 -140 C -84 -96 -100 -50 -112 -14 C -78 -22 -34 -46 -2 -78"
                        + " C 34 -112 62 -176 34 -222 Z");
        g.setPaint(gradient(20, -220, -90, -20, new float[] {0, 0.55f, 1}, new int[] {0xa08270, 0x84726c, 0x5a5359}));
        g.fill(coverts);
        // Primaries, each with a yellow outer edge and a pale tip.
        for (int i = 0; i < 6; i++) {
            AffineTransform still = g.getTransform();
            g.translate(-40 - 4.5 * i, -62 + 7 * i);
            g.rotate(Math.toRadians(124 + 2.4 * i));
            double length = 118 - 5 * i;
            Path2D feather = new Path2D.Double();
            feather.moveTo(-12, -10);
            feather.curveTo(length * 0.4, -14, length * 0.8, -11, length, 0);
            feather.curveTo(length * 0.8, 8, length * 0.4, 9, -12, 8);
            feather.closePath();
            g.setPaint(gradient(0, 0, length, 0, new float[] {0, 0.5f, 1}, new int[] {0x47424b, 0x2a2731, 0x1c1a23}));
            g.fill(feather);
            g.setStroke(new BasicStroke(3.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            g.setPaint(gradient(
                    20, 0, length, 0, new float[] {0, 0.3f, 0.8f, 1}, new int[] {0x3a3640, 0xcfa637, 0xf6cf45, 0xfff2c8
                    }));
            Path2D edge = new Path2D.Double();
            edge.moveTo(length * 0.42, -10.5);
            edge.quadTo(length * 0.82, -9.5, length - 1, -0.5);
            g.draw(edge);
            g.setTransform(still);
        }
        // Secondaries: a white bar, and the drops of red wax that name the bird.
        for (int i = 0; i < 5; i++) {
            AffineTransform still = g.getTransform();
            g.translate(-2 - 11.5 * i, -84 + 9.5 * i);
            g.rotate(Math.toRadians(122 + 3 * i));
            Path2D feather = path("M -34 -12 C -10 -15 22 -12 34 -2 C 24 8 -10 10 -34 8 Z");
            g.setPaint(gradient(-34, 0, 34, 0, new float[] {0, 0.8f, 1}, new int[] {0x7c6c68, 0x3a353d, 0x2c2931}));
            g.fill(feather);
            g.setColor(new Color(0xf7f1e6));
            g.fill(path("M 20 -9 C 26 -8 31 -6 34 -2 L 27 5 C 25 0 22 -5 20 -9 Z"));
            g.setPaint(gradient(30, -4, 44, 4, new float[] {0, 0.5f, 1}, new int[] {0xff5a48, 0xd9202e, 0x9c1024}));
            g.fill(new Ellipse2D.Double(29, -7, 19, 8));
            g.setTransform(still);
        }
        // Scapulars blend the wing into the back.
        Shape whole = g.getClip();
        g.clip(coverts);
        glow(g, new Point2D.Double(26, -206), 92, new Color(168, 134, 112, 220));
        g.setClip(whole);
    }

    private static void head(Graphics2D g) {
        Path2D skull =
                path("M 106 -300 C 98 -330 70 -346 38 -352 C 6 -358 -22 -366 -44 -382 C -38 -352 -26 -328 -6 -310"
                        + " C -10 -286 -20 -262 -38 -238 C 0 -200 70 -196 101 -226 C 110 -246 114 -276 106 -300 Z");
        g.setPaint(gradient(
                -30, -300, 112, -296, new float[] {0, 0.4f, 0.75f, 1}, new int[] {0x8d6a5a, 0xb08468, 0xcf976f, 0xd98a5c
                }));
        g.fill(skull);
        Shape whole = g.getClip();
        g.clip(skull);
        glow(g, new Point2D.Double(98, -322), 52, new Color(236, 160, 104, 190));
        glow(g, new Point2D.Double(-40, -376), 70, new Color(96, 70, 68, 170));
        glow(g, new Point2D.Double(40, -232), 60, new Color(190, 150, 124, 200));
        g.setStroke(new BasicStroke(1.3f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setColor(new Color(86, 58, 48, 120));
        g.draw(path("M 60 -344 C 30 -346 0 -350 -32 -368"));
        g.draw(path("M 64 -336 C 34 -336 4 -338 -22 -352"));
        g.draw(path("M 58 -328 C 36 -326 14 -326 -8 -334"));
        g.setClip(whole);

        // The neck fades into the body.
        g.setComposite(AlphaComposite.DstIn);
        g.setPaint(new LinearGradientPaint(
                0, -262, 0, -212, new float[] {0, 1}, new Color[] {Color.BLACK, new Color(0, 0, 0, 0)}));
        g.fill(new Rectangle2D.Double(-CANVAS_X, -CANVAS_Y, CANVAS, CANVAS));
        g.setComposite(AlphaComposite.SrcOver);

        // Bib, mask, and the white line between mask and cheek.
        g.setColor(new Color(0x1b1820));
        g.fill(path("M 110 -283 C 113 -262 104 -238 76 -236 C 64 -242 68 -258 80 -268 C 88 -275 98 -281 110 -283 Z"));
        g.fill(path("M 110 -296 C 96 -318 74 -318 54 -312 C 34 -308 18 -310 6 -316 C 16 -298 34 -292 54 -290"
                + " C 74 -288 94 -284 110 -282 Z"));
        g.setStroke(new BasicStroke(3.4f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setColor(new Color(246, 232, 216, 215));
        g.draw(path("M 104 -279 C 90 -283 72 -286 56 -287"));

        // Bill.
        g.setPaint(gradient(104, -298, 120, -272, new float[] {0, 0.5f, 1}, new int[] {0x4b4650, 0x26222b, 0x141118}));
        g.fill(path("M 104 -297 C 120 -299 134 -290 138 -280 C 128 -281 116 -282 104 -282 Z"));
        g.fill(path("M 104 -283 C 116 -282 128 -281 135 -279 C 128 -273 114 -271 104 -274 Z"));
        g.setStroke(new BasicStroke(2.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        g.setColor(new Color(255, 224, 184, 150));
        g.draw(path("M 103 -312 C 94 -332 72 -344 44 -349"));
    }

    private static void eye(Graphics2D g, boolean shut) {
        if (shut) {
            g.setStroke(new BasicStroke(2.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            g.setColor(new Color(0x6b5a54));
            g.draw(path("M 70 -300 C 74 -296 82 -296 87 -300"));
            return;
        }
        g.setColor(new Color(0x5a2f26));
        g.fill(circle(78, -301, 8.6));
        g.setColor(new Color(0x0b090d));
        g.fill(circle(78.4, -301, 7));
        g.setColor(new Color(255, 250, 240, 235));
        g.fill(circle(81, -304, 2.3));
    }

    private static void feet(Graphics2D g) {
        g.setStroke(new BasicStroke(5.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        for (int x : new int[] {6, 38}) {
            g.setColor(new Color(0x2b262d));
            g.draw(path("M " + x + " -6 L " + (x + 3) + " 4"));
            for (int toe = 0; toe < 3; toe++) {
                int from = x - 6 + 9 * toe;
                g.draw(path("M " + (x + 3) + " 2 C " + from + " 0 " + (from - 1) + " 6 " + (from + 1) + " 15"));
            }
        }
    }

    // Means.

    /** A path from the words M, L, C and Z, as in SVG. */
    private static Path2D path(String text) {
        Path2D path = new Path2D.Double();
        String[] words = text.split(" ");
        for (int i = 0; i < words.length; ) {
            String word = words[i++];
            switch (word) {
                case "M" -> path.moveTo(value(words[i++]), value(words[i++]));
                case "L" -> path.lineTo(value(words[i++]), value(words[i++]));
                case "C" ->
                    path.curveTo(
                            value(words[i++]),
                            value(words[i++]),
                            value(words[i++]),
                            value(words[i++]),
                            value(words[i++]),
                            value(words[i++]));
                case "Z" -> path.closePath();
                default -> throw new IllegalArgumentException(word);
            }
        }
        return path;
    }

    private static double value(String word) {
        return Double.parseDouble(word);
    }

    private static LinearGradientPaint gradient(double x0, double y0, double x1, double y1, float[] at, int[] colors) {
        Color[] stops = new Color[colors.length];
        for (int i = 0; i < colors.length; i++) {
            stops[i] = new Color(colors[i]);
        }
        return new LinearGradientPaint((float) x0, (float) y0, (float) x1, (float) y1, at, stops);
    }

    private static void glow(Graphics2D g, Point2D at, double radius, Color color) {
        Color gone = new Color(color.getRed(), color.getGreen(), color.getBlue(), 0);
        Color half = new Color(color.getRed(), color.getGreen(), color.getBlue(), color.getAlpha() * 2 / 5);
        g.setPaint(
                new RadialGradientPaint(at, (float) radius, new float[] {0, 0.5f, 1}, new Color[] {color, half, gone}));
        g.fill(circle(at.getX(), at.getY(), radius));
    }

    private static Ellipse2D circle(double x, double y, double radius) {
        return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
    }

    private static double smooth(double value, double from, double to) {
        double t = Math.clamp((value - from) / (to - from), 0, 1);
        return t * t * (3 - 2 * t);
    }

    /** Value noise in octaves, about 0 to 1. */
    private static double fractal(double x, double y, int octaves) {
        double sum = 0;
        double weight = 0.5;
        double total = 0;
        for (int octave = 0; octave < octaves; octave++) {
            sum += weight * noise(x, y);
            total += weight;
            weight *= 0.5;
            x = x * 2.03 + 17.3;
            y = y * 2.03 + 5.1;
        }
        return sum / total;
    }

    private static double noise(double x, double y) {
        int left = (int) Math.floor(x);
        int above = (int) Math.floor(y);
        double u = smooth(x - left, 0, 1);
        double v = smooth(y - above, 0, 1);
        double upper = lattice(left, above) * (1 - u) + lattice(left + 1, above) * u;
        double lower = lattice(left, above + 1) * (1 - u) + lattice(left + 1, above + 1) * u;
        return upper * (1 - v) + lower * v;
    }

    private static double lattice(int x, int y) {
        int h = x * 0x27d4eb2d ^ y * 0x165667b1;
        h = (h ^ (h >>> 15)) * 0x2c1b3c6d;
        h = (h ^ (h >>> 12)) * 0x297a2d39;
        return ((h ^ (h >>> 15)) & 0xffffff) / (double) 0xffffff;
    }

    private static BufferedImage blur(BufferedImage image, int radius) {
        int width = image.getWidth();
        int height = image.getHeight();
        BufferedImage half = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        BufferedImage full = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        smear(pixels(image), pixels(half), width, height, radius, 1, 0);
        smear(pixels(half), pixels(full), width, height, radius, 0, 1);
        return full;
    }

    private static void smear(int[] from, int[] to, int width, int height, int radius, int dx, int dy) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double red = 0;
                double green = 0;
                double blue = 0;
                for (int k = -radius; k <= radius; k++) {
                    int pixel = from[
                            Math.clamp(y + (long) k * dy, 0, height - 1) * width
                                    + Math.clamp(x + (long) k * dx, 0, width - 1)];
                    red += (pixel >> 16) & 0xff;
                    green += (pixel >> 8) & 0xff;
                    blue += pixel & 0xff;
                }
                int count = 2 * radius + 1;
                to[y * width + x] = rgb(red / count, green / count, blue / count);
            }
        }
    }

    /** Adds the fine noise of a sensor, so that gradients do not band. */
    private static BufferedImage grain(BufferedImage image) {
        Random random = new Random(5);
        int[] pixels = pixels(image);
        for (int i = 0; i < pixels.length; i++) {
            double n = random.nextGaussian() * 2.6;
            int pixel = pixels[i];
            pixels[i] = rgb(((pixel >> 16) & 0xff) + n, ((pixel >> 8) & 0xff) + n, (pixel & 0xff) + n);
        }
        return image;
    }

    private static int rgb(double red, double green, double blue) {
        return (int) Math.clamp(red, 0, 255) << 16
                | (int) Math.clamp(green, 0, 255) << 8
                | (int) Math.clamp(blue, 0, 255);
    }

    private static int[] pixels(BufferedImage image) {
        return ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    }

    private static Graphics2D graphics(BufferedImage image) {
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        g.setRenderingHint(RenderingHints.KEY_RENDERING, RenderingHints.VALUE_RENDER_QUALITY);
        return g;
    }

    private static void writeJpeg(BufferedImage image, Path file) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam quality = writer.getDefaultWriteParam();
        quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        quality.setCompressionQuality(0.86f);
        try (var out = ImageIO.createImageOutputStream(Files.newOutputStream(file))) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), quality);
        } finally {
            writer.dispose();
        }
    }
}
