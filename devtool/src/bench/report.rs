//! The table a person reads and the file a program reads.

use crate::home::Home;

/// One figure.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Figure {
    /// What was measured.
    pub metric: String,
    /// The measured value.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// The floor measured in the same run, if there is one.
    pub floor: Option<f64>,
    /// Value divided by floor.
    pub ratio: Option<f64>,
    /// What is aimed at: of the ratio where there is a floor, else of the value.
    pub aim: Option<f64>,
    /// Whether the aim is met.
    pub met: Option<bool>,
}

impl Figure {
    /// A figure without floor or aim.
    pub fn plain(metric: impl Into<String>, value: f64, unit: impl Into<String>) -> Self {
        Self {
            metric: metric.into(),
            value,
            unit: unit.into(),
            floor: None,
            ratio: None,
            aim: None,
            met: None,
        }
    }

    /// The ratio to a floor shall be at least the aim.
    pub fn beside(mut self, floor: f64, aim: Option<f64>) -> Self {
        let ratio = self.value / floor;
        self.floor = Some(floor);
        self.ratio = Some(ratio);
        self.aim = aim;
        self.met = aim.map(|aim| ratio >= aim);
        self
    }

    /// The value shall be at least the aim.
    pub fn at_least(mut self, aim: f64) -> Self {
        self.aim = Some(aim);
        self.met = Some(self.value >= aim);
        self
    }

    /// The value shall be the aim, neither more nor less.
    pub fn exactly(mut self, aim: f64) -> Self {
        self.aim = Some(aim);
        self.met = Some((self.value - aim).abs() < f64::EPSILON);
        self
    }

    /// The value shall be at most the aim.
    pub fn at_most(mut self, aim: f64) -> Self {
        self.aim = Some(aim);
        self.met = Some(self.value <= aim);
        self
    }
}

/// Prints the table and writes `.dev/bench/<name>.json`.
pub fn write(home: &Home, name: &str, figures: &[Figure]) -> anyhow::Result<()> {
    let optional =
        |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
    println!(
        "{:<44} {:>12} {:<12} {:>10} {:>7} {:>7}  met",
        "metric", "value", "unit", "floor", "ratio", "aim"
    );
    for figure in figures {
        println!(
            "{:<44} {:>12.2} {:<12} {:>10} {:>7} {:>7}  {}",
            figure.metric,
            figure.value,
            figure.unit,
            optional(figure.floor),
            optional(figure.ratio),
            optional(figure.aim),
            figure.met.map_or("", |met| if met { "yes" } else { "NO" }),
        );
    }
    home.write(&format!("bench/{name}.json"), &figures)
}
