package dev.loupe.viz;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The marks of a panel (lines, stacked bars, points with error bars), drawn with XChart.
 *
 * <p>Invariant: marks fill the given rectangle exactly, their place given by the panel's scale; axes and words are the
 * {@link Picture}'s.
 */
final class PanelChart {
    private static final float LINE_WIDTH = 1.6f;
    private static final float[] DASHES = {5, 3};
    private static final int MARKER_SIZE = 9;
    private static final double BAR_SHARE = 0.62;
    private static final double WIDEST_BAR = 90;

    /** No plot is this wide: XChart then looks for no ticks, a search that does not end for some values. */
    private static final int NO_TICKS = Integer.MAX_VALUE;

    private static final Color CLEAR = new Color(0, 0, 0, 0);

    private PanelChart() {}

    static void paint(Panel panel, Graphics2D g, int width, int height) {
        switch (panel) {
            case Panel.Lines lines when lines.isEmpty() -> {}
            case Panel.Lines lines -> lines(lines, width, height).paint(g, width, height);
            case Panel.Bars bars -> {
                bars(bars, width, height).paint(g, width, height);
                errors(bars, g, width, height);
            }
            case Panel.Points points -> points(points, width, height).paint(g, width, height);
            case Panel.Scatter scatter -> scatter(scatter, width, height).paint(g, width, height);
            case Panel.Cells cells -> cells(cells, g, width, height);
        }
    }

    private static XYChart lines(Panel.Lines panel, int width, int height) {
        var chart = new XYChart(width, height, ChartTheme.XChart);
        bare(chart.getStyler(), panel.scale())
                .setXAxisMin(panel.xScale().min())
                .setXAxisMax(panel.xScale().max());
        for (int i = 0; i < panel.lines().size(); i++) {
            var line = panel.lines().get(i);
            if (line.x().length > 0) {
                double[] errors = line.errors().length == 0 ? null : line.errors();
                chart.addSeries("line " + i, line.x(), line.y(), errors)
                        .setMarker(line.marked() ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE)
                        .setMarkerColor(line.key().color())
                        .setLineColor(line.key().color())
                        .setLineStyle(stroke(line.key().dashed()));
            }
        }
        return chart;
    }

    private static CategoryChart bars(Panel.Bars panel, int width, int height) {
        var chart = new CategoryChart(width, height, ChartTheme.XChart);
        bare(chart.getStyler(), panel.scale());
        double slot = (double) width / panel.categories().size();
        chart.getStyler().setStacked(true).setAvailableSpaceFill(Math.min(BAR_SHARE, WIDEST_BAR / slot));
        for (int i = 0; i < panel.parts().size(); i++) {
            var part = panel.parts().get(i);
            var values = Arrays.stream(part.values())
                    .mapToObj(v -> Scale.shows(v) ? v : 0.0)
                    .toList();
            chart.addSeries("part " + i, indices(values), values)
                    .setFillColor(part.key().color());
        }
        return chart;
    }

    /** Over the bars, in the words' grey. */
    private static void errors(Panel.Bars panel, Graphics2D g, int width, int height) {
        g.setColor(Palette.TEXT);
        g.setStroke(stroke(false));
        for (int i = 0; i < panel.categories().size(); i++) {
            double error = panel.error(i);
            if (error > 0) {
                double x = width * (i + 0.5) / panel.categories().size();
                double top = height * (1 - panel.scale().place(panel.total(i) + error));
                double bottom = height * (1 - panel.scale().place(panel.total(i) - error));
                g.draw(new Line2D.Double(x, top, x, bottom));
            }
        }
    }

    private static XYChart points(Panel.Points panel, int width, int height) {
        var chart = new XYChart(width, height, ChartTheme.XChart);
        bare(chart.getStyler(), panel.scale()).setXAxisMin(0.0).setXAxisMax((double)
                panel.categories().size());
        for (int i = 0; i < panel.series().size(); i++) {
            Color color = panel.series().get(i).key().color();
            for (var dot : panel.series().get(i).dots()) {
                if (Scale.shows(dot.value())) {
                    double x = panel.place(i, dot);
                    chart.addSeries("error %d %d".formatted(i, dot.category()), new double[] {x, x}, dot.range())
                            .setMarker(SeriesMarkers.NONE)
                            .setLineColor(color)
                            .setLineStyle(stroke(false));
                    chart.addSeries("dot %d %d".formatted(i, dot.category()), new double[] {x}, new double[] {
                                dot.value()
                            })
                            .setMarker(SeriesMarkers.CIRCLE)
                            .setMarkerColor(color);
                }
            }
        }
        return chart;
    }

    private static XYChart scatter(Panel.Scatter panel, int width, int height) {
        var chart = new XYChart(width, height, ChartTheme.XChart);
        bare(chart.getStyler(), panel.scale())
                .setXAxisLogarithmic(panel.xScale().logarithmic())
                .setXAxisMin(panel.xScale().min())
                .setXAxisMax(panel.xScale().max());
        int number = 0;
        for (var series : panel.series()) {
            Color color = series.key().color();
            for (var spot : series.spots()) {
                if (Scale.shows(spot.y())) {
                    chart.addSeries("error " + number, new double[] {spot.x(), spot.x()}, spot.range())
                            .setMarker(SeriesMarkers.NONE)
                            .setLineColor(color)
                            .setLineStyle(stroke(false));
                    chart.addSeries("spot " + number++, new double[] {spot.x()}, new double[] {spot.y()})
                            .setMarker(SeriesMarkers.CIRCLE)
                            .setMarkerColor(color);
                }
            }
        }
        return chart;
    }

    private static void cells(Panel.Cells panel, Graphics2D g, int width, int height) {
        int rows = panel.rows().size();
        int columns = panel.columns().size();
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                double value = panel.values()[r][c];
                if (Scale.shows(value)) {
                    g.setColor(Palette.shade(panel.scale().place(value)));
                    g.fill(new Rectangle2D.Double(
                            (double) width * c / columns + 1,
                            (double) height * r / rows + 1,
                            (double) width / columns - 2,
                            (double) height / rows - 2));
                }
            }
        }
    }

    private static AxesChartStyler bare(AxesChartStyler styler, Scale scale) {
        styler.setChartBackgroundColor(CLEAR)
                .setPlotBackgroundColor(CLEAR)
                .setPlotBorderVisible(false)
                .setLegendVisible(false)
                .setChartTitleVisible(false)
                .setChartPadding(0)
                .setPlotContentSize(1)
                .setMarkerSize(MARKER_SIZE);
        return styler.setErrorBarsColorSeriesColor(true)
                .setPlotGridLinesVisible(false)
                .setPlotTicksMarksVisible(false)
                .setAxisTicksVisible(false)
                .setAxisTitlesVisible(false)
                .setPlotMargin(0)
                .setXAxisTickMarkSpacingHint(NO_TICKS)
                .setYAxisTickMarkSpacingHint(NO_TICKS)
                .setYAxisLogarithmic(scale.logarithmic())
                .setYAxisMin(scale.min())
                .setYAxisMax(scale.max());
    }

    private static BasicStroke stroke(boolean dashed) {
        return new BasicStroke(LINE_WIDTH, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1, dashed ? DASHES : null, 0);
    }

    private static List<String> indices(List<?> values) {
        return IntStream.range(0, values.size()).mapToObj(Integer::toString).toList();
    }
}
