use anyhow::Result;
use serde::Serialize;

/// One figure, beside what it is measured against.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub bench: &'static str,
    pub case: String,
    pub value: f64,
    pub unit: &'static str,
    pub against: String,
    pub against_value: f64,
    /// The figure, in parts of what it is measured against.
    pub ratio: f64,
}

impl Line {
    pub fn new(
        bench: &'static str,
        case: impl Into<String>,
        unit: &'static str,
        value: f64,
        against: (&str, f64),
    ) -> Self {
        let (name, against_value) = against;
        let (case, against) = (case.into(), name.to_owned());
        Self { bench, case, value, unit, against, against_value, ratio: value / against_value }
    }
}

/// For people: a row of a table.
pub fn print_row(line: &Line) -> Result<()> {
    let Line { bench, case, value, unit, against, against_value, ratio } = line;
    println!(
        "{bench:<10}{case:<38}{value:>10.2} {unit:<10}{against:<24}{against_value:>10.2}   × {ratio:.2}"
    );
    Ok(())
}

/// For programs: one object a line.
pub fn print_json(line: &Line) -> Result<()> {
    println!("{}", serde_json::to_string(line)?);
    Ok(())
}
