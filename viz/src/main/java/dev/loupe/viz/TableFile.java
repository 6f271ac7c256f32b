package dev.loupe.viz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.loupe.engine.LoupeException;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table as a file for other programs: CSV (RFC 4180) or JSON, an array with an object a row.
 *
 * <p>Invariant: numbers keep all their digits; what is missing is an empty field or null.
 */
public final class TableFile {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private TableFile() {}

    /**
     * Writes a table in the form that the file's ending names; replaces a file of that name.
     *
     * @throws LoupeException if the ending is neither .csv nor .json, or the file cannot be written
     */
    public static void write(Table table, Path file) {
        String name = String.valueOf(file.getFileName());
        String text = name.endsWith(".csv") ? csv(table) : name.endsWith(".json") ? json(table) : null;
        if (text == null) {
            throw new LoupeException(
                    "A table cannot become '%s'; name a file that ends in .csv or .json.".formatted(name));
        }
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new LoupeException(
                    "%s cannot be written (%s); name a file in a folder of your own."
                            .formatted(file, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static String csv(Table table) {
        var text = new StringWriter();
        table.write().csv(text);
        return text.toString();
    }

    private static String json(Table table) {
        var rows = new ArrayList<Map<String, Object>>();
        for (int row = 0; row < table.rowCount(); row++) {
            var fields = new LinkedHashMap<String, Object>();
            for (Column<?> column : table.columns()) {
                fields.put(column.name(), value(column, row));
            }
            rows.add(fields);
        }
        try {
            return JSON.writeValueAsString(rows) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object value(Column<?> column, int row) {
        Object value = column.get(row);
        boolean missing = column instanceof NumericColumn<?> && column.isMissing(row);
        return missing || value instanceof Double number && number.isInfinite() ? null : value;
    }
}
