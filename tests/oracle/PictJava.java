import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;

/**
 * The answers of Java to the questions of pict_java: prints those lines whose
 * answer is another one, with Java's behind it. With the argument "answer" all
 * lines, without what they answer.
 *
 * Texts are read as ksqlDB's StringToTimestampParser does, but that fields of
 * milli- and microseconds do not cut off what is smaller: a TIMESTAMP has
 * milliseconds there, and microseconds here.
 */
public class PictJava {
    private static DateTimeFormatter reader(String picture) {
        return new DateTimeFormatterBuilder().parseCaseInsensitive()
            .appendPattern(picture).toFormatter(Locale.ENGLISH);
    }

    private static String write(String micros, String picture, String zone) {
        long count = Long.parseLong(micros);
        Instant instant = Instant.ofEpochSecond(Math.floorDiv(count, 1000000L),
            Math.floorMod(count, 1000000L) * 1000);
        return instant.atZone(ZoneId.of(zone))
            .format(DateTimeFormatter.ofPattern(picture, Locale.ENGLISH));
    }

    private static boolean cuts(ChronoField field) {
        return field == ChronoField.MICRO_OF_SECOND || field == ChronoField.MICRO_OF_DAY
            || field == ChronoField.MILLI_OF_SECOND || field == ChronoField.MILLI_OF_DAY;
    }

    private static String read(String text, String picture, String zone) {
        ZoneId given = ZoneId.of(zone);
        TemporalAccessor parsed = reader(picture).parse(text);
        ZoneId own = parsed.query(TemporalQueries.zone());
        ZonedDateTime time = ZonedDateTime.of(1970, 1, 1, 0, 0, 0, 0,
            own == null ? given : own);
        for (ChronoField field : ChronoField.values()) {
            if (!parsed.isSupported(field) || cuts(field)) {
                continue;
            }
            long value = parsed.getLong(field);
            if (field == ChronoField.DAY_OF_YEAR && value == 366) {
                if (!parsed.isSupported(ChronoField.YEAR)) {
                    throw new IllegalArgumentException("no year");
                }
                time = time.withYear(parsed.get(ChronoField.YEAR));
            }
            time = time.with(field, value);
        }
        return String.format("%d.%09d", time.toEpochSecond(), time.getNano());
    }

    private static String answer(String[] question) {
        try {
            switch (question[0]) {
                case "write":
                    return write(question[1], question[2], question[3]);
                case "date":
                    return LocalDate.ofEpochDay(Long.parseLong(question[1]))
                        .format(DateTimeFormatter.ofPattern(question[2], Locale.ENGLISH));
                case "read":
                    return read(question[1], question[2], question[3]);
                default:
                    return "" + LocalDate.parse(question[1], reader(question[2])).toEpochDay();
            }
        } catch (RuntimeException e) {
            return "error";
        }
    }

    public static void main(String[] args) throws Exception {
        boolean all = args.length > 0 && args[0].equals("answer");
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split("\t", -1);
            String answer = answer(question);
            if (all) {
                out.println(answer);
            } else if (!answer.equals(question[4])) {
                out.println(line + "\t" + answer);
            }
        }
        out.flush();
    }
}
