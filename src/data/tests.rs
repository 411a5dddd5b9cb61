//! Tallies against counting without cleverness.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn schema(wanted: &Wanted, names: &[String]) -> Schema {
    let header = Header { table: "t".to_owned(), names: names.to_vec(), line: None };
    Schema::new(wanted, header).0.unwrap()
}

fn push(tally: &mut Tally<'_>, fields: &[String]) {
    let slots: Vec<usize> = tally.schema.positions().collect();
    for (slot, position) in slots.into_iter().enumerate() {
        tally.value(slot, fields[position].as_bytes(), 0, fields[position].len());
    }
    tally.end(|| (0, fields.join(",")));
}

proptest! {
    /// Narrow and wide tables, few levels and many, cut into parts anywhere.
    #[test]
    fn counts_are_those_of_the_rows(
        width in prop_oneof![1..4_usize, 40..60_usize],
        seeds in proptest::collection::vec((any::<u64>(), -50..50_i32, 0..5_u8), 1..120),
        levels in prop_oneof![Just(2_u64), Just(3), Just(300)],
        cut in 0..120_usize,
        weighted in any::<bool>(),
    ) {
        // Wider keys than there are would be refused.
        let levels = if width > 4 { levels.min(3) } else { levels };
        let names: Vec<String> = (0..width).map(|i| format!("v{i}")).chain(["y".into(), "w".into()]).collect();
        let wanted = Wanted {
            fields: names[..width].iter().map(Field::open).collect(),
            numeric: weighted.then(|| ("y".to_owned(), "y".to_owned())),
            weights: weighted.then(|| "w".to_owned()),
            ..Wanted::default()
        };
        let rows: Vec<Vec<String>> = seeds.iter().map(|(seed, y, w)| {
            let level = |i: usize| (seed.rotate_left(i as u32) % levels).to_string();
            (0..width).map(level).chain([y.to_string(), w.to_string()]).collect()
        }).collect();
        let schema = schema(&wanted, &names);
        let mut total = Tally::new(&schema);
        let mut later = Tally::new(&schema);
        for (index, row) in rows.iter().enumerate() {
            push(if index < cut { &mut total } else { &mut later }, row);
        }
        total.merge(later);
        let mut model: BTreeMap<Vec<&str>, [f64; 3]> = BTreeMap::new();
        for row in &rows {
            let (y, w): (f64, f64) = (row[width].parse().unwrap(), row[width + 1].parse().unwrap());
            let w = if weighted { w } else { 1.0 };
            if w > 0.0 {
                let cell = model.entry(row[..width].iter().map(String::as_str).collect()).or_default();
                let y = if weighted { y } else { 0.0 };
                cell.iter_mut().zip([w, w * y, w * y * y]).for_each(|(to, more)| *to += more);
            }
        }
        if model.is_empty() {
            prop_assert!(total.finish().is_err());
            return Ok(());
        }
        let counts = total.finish().unwrap().counts;
        prop_assert!(counts.cells.is_sorted_by(|a, b| a.at < b.at));
        prop_assert_eq!(counts.rows, rows.len() as u64);
        prop_assert_eq!(counts.weight, model.values().map(|cell| cell[0]).sum::<f64>());
        let found: BTreeMap<Vec<&str>, [f64; 3]> = counts.cells.iter().map(|cell| {
            let at = cell.at.iter().zip(&counts.columns).map(|(at, column)| column.levels[*at as usize].as_str());
            (at.collect(), [cell.count, cell.sum, cell.sum_squares])
        }).collect();
        prop_assert_eq!(found, model);
    }

    /// Kept rows are the rows, cut into parts anywhere; numbers and texts are told apart.
    #[test]
    fn rows_are_kept_as_they_are(
        seeds in proptest::collection::vec((0..40_i32, 0..30_u8, any::<bool>()), 1..80),
        texts in any::<bool>(),
        cut in 0..80_usize,
    ) {
        let names = ["a", "b", "y"].map(str::to_owned);
        let wanted = Wanted {
            fields: vec![Field::open("a"), Field { levels: Levels::Declared(vec!["no".into(), "yes".into()]), ..Field::open("b") }],
            numeric: Some(("y".to_owned(), "y".to_owned())),
            ..Wanted::default()
        };
        let schema = schema(&wanted.kept(1_000), &names);
        let (mut total, mut later) = (Tally::new(&schema), Tally::new(&schema));
        // Texts among more numbers than levels may be are a mistake, and tested below.
        let a = |number: i32, small: u8| if texts && small < 5 { "few".to_owned() } else { number.to_string() };
        for (index, (number, small, yes)) in seeds.iter().enumerate() {
            let row = [a(if texts { number % 20 } else { *number }, *small), (if *yes { "yes" } else { "no" }).to_owned(), (f64::from(*small) / 2.0).to_string()];
            push(if index < cut { &mut total } else { &mut later }, &row);
        }
        total.merge(later);
        let rows = total.finish().unwrap().rows.unwrap();
        prop_assert_eq!(rows.len(), seeds.len());
        for (index, (number, small, yes)) in seeds.iter().enumerate() {
            let first = &rows.variables[0];
            let value = match &first.levels {
                Some(levels) => levels[first.values[index] as usize].clone(),
                None => first.values[index].to_string(),
            };
            prop_assert_eq!(value, a(if texts { number % 20 } else { *number }, *small));
            prop_assert_eq!(rows.variables[1].values[index], f64::from(u8::from(*yes)));
            prop_assert_eq!(rows.variables[2].values[index], f64::from(*small) / 2.0);
        }
        let different: std::collections::BTreeSet<i32> = seeds.iter().map(|seed| seed.0).collect();
        prop_assert_eq!(rows.variables[0].levels.is_none(), !texts && different.len() > MAX_WHOLE);
    }

    /// A batch of columns is its rows.
    #[test]
    fn batches_are_rows(rows in proptest::collection::vec((0..4_u32, 0..70_u32, any::<bool>()), 1..80), cut in 0..80_usize) {
        let names = ["a".to_owned(), "b".to_owned()];
        let wanted = Wanted { fields: names.iter().map(Field::open).collect(), drop_missing: true, ..Wanted::default() };
        let schema = schema(&wanted, &names);
        let (mut by_row, mut by_batch) = (Tally::new(&schema), Tally::new(&schema));
        for part in [&rows[..cut.min(rows.len())], &rows[cut.min(rows.len())..]] {
            let mut codes = [Vec::new(), Vec::new()];
            for (index, (a, b, there)) in part.iter().enumerate() {
                let b = if *there { b.to_string() } else { String::new() };
                push(&mut by_row, &[a.to_string(), b.clone()]);
                codes[0].push(by_batch.code(0, a.to_string().as_bytes(), index as u64));
                codes[1].push(by_batch.code(1, b.as_bytes(), index as u64));
            }
            by_batch.batch(part.len(), &[Batch::Codes(&codes[0]), Batch::Codes(&codes[1])], |_, _| String::new());
        }
        let (by_row, by_batch) = (by_row.finish(), by_batch.finish());
        prop_assert_eq!(by_row.is_ok(), by_batch.is_ok());
        if let (Ok(by_row), Ok(by_batch)) = (by_row, by_batch) {
            prop_assert_eq!((by_row.counts, by_row.dropped), (by_batch.counts, by_batch.dropped));
        }
    }
}

#[test]
fn more_variables_than_a_key_holds_are_refused() {
    let names: Vec<String> = (0..200).map(|i| format!("v{i}")).collect();
    let wanted = Wanted { fields: names.iter().map(Field::open).collect(), ..Wanted::default() };
    let schema = schema(&wanted, &names);
    let mut tally = Tally::new(&schema);
    push(&mut tally, &vec!["1".to_owned(); 200]);
    assert!(tally.is_stopped());
    assert_eq!(tally.finish().unwrap_err()[0].code, "whatif::data_too_many_cells");
}

#[test]
fn bins_have_bounds_or_not() {
    let bin = |names: &[&str], value: &str| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let levels = Levels::Bins { edges: vec![0.0, 10.0], names };
        let wanted = Wanted { fields: vec![Field { levels, ..Field::open("x") }], ..Wanted::default() };
        let schema = schema(&wanted, &["x".to_owned()]);
        let mut tally = Tally::new(&schema);
        push(&mut tally, &[value.to_owned()]);
        tally.finish().map(|read| read.counts.cells[0].at[0]).ok()
    };
    for (value, inside, above, everywhere) in [
        ("-1", None, None, Some(0)),
        ("0", Some(0), Some(0), Some(1)),
        ("9.5", Some(0), Some(0), Some(1)),
        ("10", Some(0), Some(1), Some(2)),
        ("11", None, Some(1), Some(2)),
    ] {
        assert_eq!(bin(&["a"], value), inside, "{value}");
        assert_eq!(bin(&["a", "b"], value), above, "{value}");
        assert_eq!(bin(&["a", "b", "c"], value), everywhere, "{value}");
    }
}

#[test]
fn more_rows_than_may_be_kept_are_refused() {
    let names = ["a".to_owned(), "b".to_owned()];
    let wanted = Wanted { fields: names.iter().map(Field::open).collect(), ..Wanted::default() };
    let schema = schema(&wanted.kept(20), &names);
    let (mut total, mut later) = (Tally::new(&schema), Tally::new(&schema));
    for row in 0..11 {
        push(if row < 5 { &mut total } else { &mut later }, &["1.5".to_owned(), "x".to_owned()]);
    }
    total.merge(later);
    assert!(total.is_stopped());
    let faults = total.finish().unwrap_err();
    assert_eq!(faults[0].code, "whatif::data_too_many_rows");
    let message = "t: 2 columns of more than 10 rows are too much to keep; rows times columns are at most 20";
    assert_eq!(faults[0].message, message);
}

#[test]
fn a_text_among_numbers_is_told() {
    let names = ["a".to_owned()];
    let wanted = Wanted { fields: vec![Field::open("a")], ..Wanted::default() };
    let schema = schema(&wanted.kept(1_000), &names);
    let mut tally = Tally::new(&schema);
    for value in ["1.5", "2", "2,5", "3", "unknown"] {
        push(&mut tally, &[value.to_owned()]);
    }
    let faults = tally.finish().unwrap_err();
    assert_eq!(faults[0].code, "whatif::data_not_a_number");
    assert_eq!(faults[0].message, "row 3, column `a`: `2,5` is not a number; 2 of 5 rows have this fault");
}
