//! A trace as an indented tree with times.

use std::{collections::HashSet, fmt::Write as _};

use super::collector::Span;

/// Renders spans, each below the one that caused it, in order of time.
pub fn render(spans: &[Span]) -> String {
    let mut sorted: Vec<&Span> = spans.iter().collect();
    sorted.sort_by_key(|span| (span.start_ns, span.end_ns));
    let known: HashSet<&str> = sorted.iter().map(|span| span.id.as_str()).collect();
    let begin = sorted.first().map_or(0, |span| span.start_ns);
    let mut text = String::from("   start ms  took ms  service\n");
    for root in sorted
        .iter()
        .filter(|span| !known.contains(span.parent.as_str()))
    {
        branch(&mut text, &sorted, root, begin, 0);
    }
    text
}

fn branch(text: &mut String, spans: &[&Span], span: &Span, begin: u64, depth: usize) {
    let attributes: String = span
        .attributes
        .iter()
        .map(|(key, value)| format!("  {key}={value}"))
        .collect();
    let attributes: String = attributes.chars().take(110).collect();
    let _ = writeln!(
        text,
        "{:>11.2} {:>8.2}  {:<9} {}{}{attributes}",
        milliseconds(span.start_ns - begin),
        milliseconds(span.end_ns - span.start_ns),
        span.service,
        "  ".repeat(depth),
        span.name,
    );
    for child in spans.iter().filter(|child| child.parent == span.id) {
        branch(text, spans, child, begin, depth + 1);
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_stands_below_its_parent_whatever_the_order_of_arrival() {
        let span = |id: &str, parent: &str, name: &str, start: u64| Span {
            trace: "t".to_owned(),
            id: id.to_owned(),
            parent: parent.to_owned(),
            service: "ordering".to_owned(),
            name: name.to_owned(),
            start_ns: start,
            end_ns: start + 1_000_000,
            attributes: Vec::new(),
        };
        let text = render(&[
            span("b", "a", "inner", 2_000_000),
            span("a", "zz", "outer", 0),
        ]);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines[0], "       0.00     1.00  ordering  outer");
        assert_eq!(lines[1], "       2.00     1.00  ordering    inner");
    }
}
