//! Plots, measured and looked through.

use super::{Beside, Plot, forest, forests, overlaps, plot_element, plots};
use crate::estimate::{Estimate, Number, Overlap};

fn number(value: f64, low: f64, high: f64, naive: f64) -> Number {
    Number { at: Vec::new(), value: Some(value), se: Some(0.02), interval: Some((low, high)), naive: Some(naive) }
}

fn difference(name: &str, value: f64) -> Estimate {
    Estimate {
        name: Some(name.to_owned()),
        text: format!("{name}: P(y = 1 | do(x = 1)) - P(y = 1 | do(x = 0))"),
        level: 0.95,
        null: Some(0.0),
        treatment: Some("x".to_owned()),
        numbers: vec![number(value, value - 0.04, value + 0.04, value + 0.1)],
        ..Estimate::default()
    }
}

fn reads(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// Where circles of a class stand.
fn circles(plot: &Plot, class: &str) -> Vec<f64> {
    let start = format!("<circle class=\"{class}\" cx=\"");
    plot.content.split(&start).skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

fn dashed(plot: &Plot) -> Option<f64> {
    plot.content.split("<path class=\"n\" fill=\"none\" d=\"M").nth(1)?.split(' ').next()?.parse().ok()
}

#[test]
fn rows_stand_where_their_numbers_are() {
    let (a, b) = (difference("a", -0.1), difference("b", 0.2));
    let plot = forest(&[&a, &b], Beside::Nothing).unwrap();
    let null = dashed(&plot).unwrap();
    // The first of each is the key.
    let (acted, seen) = (circles(&plot, "a"), circles(&plot, "s"));
    assert_eq!((acted.len(), seen.len()), (3, 3));
    assert!(acted[1] < null && null < acted[2]);
    // -0.1 + 0.1 is no effect, as nearly as a picture tells.
    assert!((seen[1] - null).abs() < 0.2 && seen[2] > acted[2]);
    let step = (acted[2] - acted[1]) / 0.3;
    assert!(((seen[2] - acted[2]) - step * 0.1).abs() < 0.3, "the axis is even");
    assert!(acted.iter().chain(&seen).all(|x| (0.0..=plot.size.0).contains(x)));
    assert_eq!(
        plot.description,
        "a: -0.1 if acted, with a 95 % interval from -0.14 to -0.06; 0 merely seen. b: 0.2 if acted, with a 95 % interval from 0.16 to 0.24; 0.3 merely seen."
    );
}

#[test]
fn what_is_alike_shares_an_axis_and_what_is_not_does_not() {
    let mut mean = difference("mean", 3.0);
    mean.text = "mean: E[w | do(x = 1)] - E[w | do(x = 0)]".to_owned();
    let all = [difference("a", 0.1), difference("b", 0.2), mean];
    let all = forests(&all.iter().collect::<Vec<_>>(), Beside::Numbers);
    let titles: Vec<&str> = all.iter().map(|plot| plot.title.as_str()).collect();
    assert_eq!(titles, ["Differences of probabilities", "mean"]);
    assert!(!all[1].content.contains("mean: E["), "the label is said twice");
}

#[test]
fn half_and_double_are_equally_far_from_one() {
    let mut ratio = difference("ratio", 1.0);
    ratio.null = Some(1.0);
    ratio.numbers = vec![number(0.5, 0.25, 1.0, 2.0)];
    let plot = forest(&[&ratio], Beside::Nothing).unwrap();
    let (null, half, double) = (dashed(&plot).unwrap(), circles(&plot, "a")[1], circles(&plot, "s")[1]);
    assert!(((null - half) - (double - null)).abs() < 0.3, "{half} {null} {double}");
}

#[test]
fn without_a_number_there_is_no_plot() {
    let mut none = difference("a", 0.1);
    none.numbers = vec![Number::default()];
    assert_eq!(forest(&[&none], Beside::Numbers), None);
    assert_eq!(forest(&[], Beside::Numbers), None);
    assert!(overlaps(&[&none]).is_empty());
    // Numbers that are none of ordinary size break nothing.
    for value in [0.0, 1e-300, 1e300, -1e300, f64::INFINITY] {
        none.numbers = vec![number(value, value, value, value)];
        assert!(forest(&[&none], Beside::Numbers).is_some_and(|plot| !plot.content.contains("NaN")), "{value}");
    }
}

#[test]
fn names_are_only_names_and_long_ones_are_cut() {
    let name = "<script>alert(1)</script> & ".repeat(20);
    let mut one = difference(&name, 0.1);
    one.slots = vec![name.clone()];
    one.numbers[0].at = vec!["</svg>".to_owned()];
    one.overlap = Some(Overlap {
        arms: vec![name.clone(), "</text>".to_owned()],
        edges: vec![0.0, 0.5, 1.0],
        rows: vec![vec![1.0, 0.0], vec![2.0, 3.0]],
    });
    let mut all = forests(&[&one], Beside::Numbers);
    all.extend(overlaps(&[&one]));
    let page = plots(&all);
    assert!(reads(&page) && !page.contains("<script") && page.matches("</svg>").count() == 1);
    assert!(all.iter().all(|plot| reads(&plot_element(plot, "a\"b"))));
    assert!(page.contains('…'));
}

#[test]
fn bars_are_the_share_of_each_arm() {
    let mut one = difference("a", 0.1);
    one.overlap = Some(Overlap {
        arms: vec!["0".to_owned(), "1".to_owned()],
        edges: vec![0.0, 0.5, 1.0],
        rows: vec![vec![90.0, 10.0], vec![0.0, 20.0]],
    });
    let other = Estimate { name: Some("b".to_owned()), ..one.clone() };
    let all = overlaps(&[&one, &other]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].title, "a, b: do the arms overlap?");
    let heights: Vec<f64> = all[0]
        .content
        .split("<rect ")
        .skip(1)
        .filter_map(|rest| rest.split("height=\"").nth(1)?.split('"').next()?.parse().ok())
        .collect();
    // Nine tenths, one tenth; and all of the other arm.
    assert_eq!(heights, [50.4, 5.6, 56.0]);
    assert!(all[0].description.contains("x = 1: 20 rows, from 0.50 to 1.00."), "{}", all[0].description);
}
