//! Rows of several servers side by side, as a Markdown table with ratios to Assize.
//!
//! What is not here: measuring.

use std::fmt::Write as _;

use serde_json::Value;

/// Makes the table of rows, one JSON object a line; lines that are none are passed over.
pub fn table(lines: &str) -> String {
    let rows: Vec<Value> = lines.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let mut text = String::from(
        "| rooms x people | server | packets/s out | CPU µs a packet | times Assize | p50 ms \
         | p99 ms | times Assize | lost % | peak MiB | doubts |\n\
         | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n",
    );
    for row in &rows {
        let same = |other: &&Value| {
            other["server"] == "assize"
                && ["rooms", "people", "record"].iter().all(|key| other[key] == row[key])
        };
        let own = rows.iter().find(same);
        let number = |row: &Value, path: &str| row.pointer(path).and_then(Value::as_f64);
        let ratio = |path: &str| {
            let own = own.and_then(|own| number(own, path)).filter(|own| *own > 0.0);
            let both = number(row, path).zip(own);
            both.map_or_else(String::new, |(this, own)| format!("{:.1}", this / own))
        };
        let show = |path: &str| number(row, path).map_or_else(String::new, |n| n.to_string());
        let expected = number(row, "/expected").unwrap_or(0.0).max(1.0);
        let lost = 100.0 * number(row, "/lost").unwrap_or(0.0) / expected;
        let doubts: Vec<&str> =
            row["doubts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let record = if row["record"] == true { ", recorded" } else { "" };
        writeln!(
            text,
            "| {} x {}{record} | {} | {} | {} | {} | {} | {} | {} | {lost:.2} | {} | {} |",
            row["rooms"],
            row["people"],
            row["server"].as_str().unwrap_or_default(),
            show("/out_per_second"),
            show("/cpu_us_per_packet_out"),
            ratio("/cpu_us_per_packet_out"),
            show("/delay_ms/p50"),
            show("/delay_ms/p99"),
            ratio("/delay_ms/p99"),
            show("/rss_peak_mib"),
            doubts.join("; "),
        )
        .expect("writing to a string does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_to_assize_under_the_same_load() {
        let row = |server: &str, rooms: u32, cpu: f64| {
            format!(
                "{{\"server\":\"{server}\",\"rooms\":{rooms},\"people\":5,\"record\":false,\
                 \"cpu_us_per_packet_out\":{cpu},\"expected\":200,\"lost\":1,\"doubts\":[\"late\"]}}\n"
            )
        };
        let rows = [row("assize", 5, 2.0), row("janus", 5, 9.0), row("janus", 9, 9.0)].concat();
        let text = table(&format!("nonsense\n{rows}"));
        assert_eq!(text.lines().count(), 5);
        assert!(text.contains("| 5 x 5 | janus |  | 9 | 4.5 |"), "{text}");
        assert!(text.contains("| 9 x 5 | janus |  | 9 |  |"), "{text}");
        assert!(text.contains("| 0.50 |") && text.contains("| late |"));
    }
}
