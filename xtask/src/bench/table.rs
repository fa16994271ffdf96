//! How do the figures stand beside the aims?

/// A measured figure.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    /// Shown in milliseconds below one, in microseconds below one of those.
    Seconds(f64),
    /// Shown in MiB.
    Bytes(f64),
    /// How many times as much a peer takes.
    Times(f64),
}

/// What the figure should be, in its own unit.
#[derive(Clone, Copy)]
pub(super) enum Aim {
    /// No aim of its own.
    None,
    /// Less is better.
    AtMost(f64),
    /// More is better.
    AtLeast(f64),
}

/// One line of the table.
pub(super) struct Row {
    name: String,
    figure: Unit,
    aim: Aim,
}

impl Row {
    /// A figure and its aim.
    pub(super) fn new(name: String, figure: Unit, aim: Aim) -> Self {
        Self { name, figure, aim }
    }

    fn cells(&self) -> [String; 4] {
        let value = self.figure.value();
        let (aim, verdict) = match self.aim {
            Aim::None => (String::new(), String::new()),
            Aim::AtMost(most) => (format!("≤ {}", self.figure.with(most).show()), said(value <= most)),
            Aim::AtLeast(least) => (format!("≥ {}", self.figure.with(least).show()), said(value >= least)),
        };
        [self.name.clone(), self.figure.show(), aim, verdict]
    }
}

fn said(met: bool) -> String {
    String::from(if met { "met" } else { "missed" })
}

impl Unit {
    fn value(self) -> f64 {
        match self {
            Self::Seconds(value) | Self::Bytes(value) | Self::Times(value) => value,
        }
    }

    fn with(self, value: f64) -> Self {
        match self {
            Self::Seconds(_) => Self::Seconds(value),
            Self::Bytes(_) => Self::Bytes(value),
            Self::Times(_) => Self::Times(value),
        }
    }

    fn show(self) -> String {
        match self {
            Self::Seconds(value) if value < 1e-3 => format!("{:.1} µs", value * 1e6),
            Self::Seconds(value) if value < 1.0 => format!("{:.1} ms", value * 1e3),
            Self::Seconds(value) => format!("{value:.2} s"),
            Self::Bytes(value) => format!("{:.1} MiB", value / (1024.0 * 1024.0)),
            Self::Times(value) => format!("{value:.1}x"),
        }
    }
}

const HEAD: [&str; 4] = ["what", "figure", "aim", ""];

/// Columns by blanks, for a terminal.
pub(super) fn aligned(rows: &[Row]) -> String {
    let cells: Vec<[String; 4]> = lines(rows);
    let widths =
        [0, 1, 2, 3].map(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for [name, figure, aim, verdict] in &cells {
        let [w0, w1, w2, _] = widths;
        let line = format!("{name:<w0$}  {figure:>w1$}  {aim:>w2$}  {verdict}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A table for documents.
pub(super) fn markdown(rows: &[Row]) -> String {
    let mut lines: Vec<String> = lines(rows).iter().map(|row| format!("| {} |\n", row.join(" | "))).collect();
    lines.insert(1, "|---|--:|--:|---|\n".to_owned());
    lines.concat()
}

fn lines(rows: &[Row]) -> Vec<[String; 4]> {
    std::iter::once(HEAD.map(str::to_owned)).chain(rows.iter().map(Row::cells)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        vec![
            Row::new("wall".into(), Unit::Seconds(0.0421), Aim::AtMost(0.060)),
            Row::new(
                "memory".into(),
                Unit::Bytes(65.0 * 1024.0 * 1024.0),
                Aim::AtMost(64.0 * 1024.0 * 1024.0),
            ),
            Row::new("peer".into(), Unit::Times(120.0), Aim::AtLeast(100.0)),
            Row::new("cpu".into(), Unit::Seconds(1.5), Aim::None),
        ]
    }

    #[test]
    fn figures_stand_beside_their_aims() {
        let expected = "what      figure         aim\n\
            wall     42.1 ms   ≤ 60.0 ms  met\n\
            memory  65.0 MiB  ≤ 64.0 MiB  missed\n\
            peer      120.0x    ≥ 100.0x  met\n\
            cpu       1.50 s\n";
        assert_eq!(aligned(&rows()), expected);
    }

    #[test]
    fn the_same_in_markdown() {
        let text = markdown(&rows());
        assert!(
            text.starts_with(
                "| what | figure | aim |  |\n|---|--:|--:|---|\n| wall | 42.1 ms | ≤ 60.0 ms | met |\n"
            ),
            "{text}"
        );
    }
}
