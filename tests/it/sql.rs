//! Queries against a real SQLite: what they return is what the data are worth.

use crate::cli::whatif;
use crate::support::folder::Folder;
use crate::support::queries;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;
use whatif::data::{Field, Wanted};
use whatif::expr::{Arena, Expr, ExprId, Ref};
use whatif::identify::{Identification, identify};
use whatif::sql::{self, Dialect};

/// Rows of levels by number, evaluated without any cleverness. None: not known.
struct Rows(Vec<Vec<usize>>);

impl Rows {
    fn count(&self, refs: &[Ref], at: &BTreeMap<Ref, usize>) -> f64 {
        self.0.iter().filter(|row| refs.iter().all(|r| row[r.var.index()] == at[r])).count() as f64
    }

    fn levels(&self, r: Ref) -> Vec<usize> {
        let mut levels: Vec<usize> = self.0.iter().map(|row| row[r.var.index()]).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }

    fn each(&self, refs: &[Ref], at: &BTreeMap<Ref, usize>, with: &mut dyn FnMut(&BTreeMap<Ref, usize>)) {
        let Some((first, rest)) = refs.split_first() else { return with(at) };
        for level in self.levels(*first) {
            let mut at = at.clone();
            at.insert(*first, level);
            self.each(rest, &at, with);
        }
    }

    fn value(&self, arena: &Arena, id: ExprId, at: &BTreeMap<Ref, usize>) -> Option<f64> {
        let values = |all: &[ExprId]| all.iter().map(|id| self.value(arena, *id, at)).collect::<Vec<_>>();
        match arena.get(id) {
            Expr::Number(number) => num_traits::ToPrimitive::to_f64(number),
            Expr::Value(r) => Some(at[r] as f64),
            Expr::P(term) => {
                let given = self.count(term.given(), at);
                let both: Vec<Ref> = term.refs().collect();
                (given > 0.0).then(|| self.count(&both, at) / given)
            }
            Expr::Sum { over, body } => {
                let mut sum = Some(0.0);
                self.each(over, at, &mut |at| sum = sum.and_then(|sum| Some(sum + self.value(arena, *body, at)?)));
                sum
            }
            Expr::Product(all) => {
                let all = values(all);
                if all.contains(&Some(0.0)) { Some(0.0) } else { all.into_iter().try_fold(1.0, |p, v| Some(p * v?)) }
            }
            Expr::Plus(all) => values(all).into_iter().try_fold(0.0, |s, v| Some(s + v?)),
            Expr::Minus(all) => {
                let all = values(all);
                all[1..].iter().try_fold(all[0]?, |s, v| Some(s - (*v)?))
            }
            Expr::Quotient(over, under) => {
                let under = self.value(arena, *under, at)?;
                if under == 0.0 { None } else { Some(self.value(arena, *over, at)? / under) }
            }
        }
    }
}

/// Names that need quotes, and two that only case tells apart.
const NAMES: [&str; 8] = ["x", "X", "select", "a\"b", "two words", "value", "n", "é'"];

#[test]
fn a_query_returns_the_estimand_of_random_data() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let (mut known, mut unknown) = (0, 0);
    for round in 0..150 {
        let case = queries::mixed(5, &mut rng);
        let mut arena = Arena::new();
        let Identification::Identifiable(estimands) = identify(&case.graph, &case.effect(), &mut arena, true) else {
            continue;
        };
        let width = case.graph.len();
        let levels: Vec<usize> = (0..width).map(|_| rng.random_range(2..=3)).collect();
        let count = if round % 3 == 0 { 12 } else { 400 };
        let rows = Rows((0..count).map(|_| levels.iter().map(|n| rng.random_range(0..*n)).collect()).collect());
        let database = Connection::open_in_memory().unwrap();
        let columns: Vec<String> = (0..width).map(|i| format!("c{i}")).collect();
        database.execute_batch(&format!("CREATE TABLE \"visits\" ({})", columns.join(", "))).unwrap();
        let places = vec!["?"; width].join(", ");
        let insert = format!("INSERT INTO visits VALUES ({places})");
        for row in &rows.0 {
            database.execute(&insert, rusqlite::params_from_iter(row.iter().map(|level| *level as i64))).unwrap();
        }
        // Not a row: a value is missing in every column.
        let nothing = vec!["NULL"; width].join(", ");
        database.execute_batch(&format!("INSERT INTO visits VALUES ({nothing})")).unwrap();
        let names: Vec<String> = NAMES[..width].iter().map(|name| (*name).to_owned()).collect();
        let fields =
            names.iter().zip(&columns).map(|(name, column)| Field { column: column.clone(), ..Field::open(name) });
        let wanted = Wanted { fields: fields.collect(), ..Wanted::default() };
        for estimand in &estimands {
            let text = sql::estimand(&arena, estimand.expr, &names, &wanted, "visits", Dialect::Sqlite).unwrap();
            let mut query = database.prepare(&text).unwrap_or_else(|error| panic!("{error}\n{case}\n{text}"));
            let free = arena.free(estimand.expr);
            let mut found = query.query([]).unwrap();
            let mut seen = 0;
            while let Some(row) = found.next().unwrap() {
                seen += 1;
                let level = |i: usize| row.get::<_, String>(i).unwrap().parse().unwrap();
                let at: BTreeMap<Ref, usize> = free.iter().enumerate().map(|(i, r)| (*r, level(i))).collect();
                let value: Option<f64> = row.get(free.len()).unwrap();
                let expected = rows.value(&arena, estimand.expr, &at);
                match (value, expected) {
                    (Some(value), Some(expected)) => {
                        known += 1;
                        assert!((value - expected).abs() < 1e-9, "{value} {expected}\n{case}\n{text}");
                    }
                    (None, None) => unknown += 1,
                    other => panic!("{other:?}\n{case}\n{text}"),
                }
            }
            assert_eq!(seen, free.iter().map(|r| rows.levels(*r).len()).product::<usize>(), "{case}\n{text}");
        }
    }
    assert!(known > 500 && unknown > 20, "{known} {unknown}");
}

/// A small shop: engagement as a number, a numeric outcome, weights, and a value that is missing.
fn shop() -> (Connection, String) {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let database = Connection::open_in_memory().unwrap();
    database
        .execute_batch("CREATE TABLE visits (service TEXT, score REAL, churn INTEGER, spent REAL, w REAL)")
        .unwrap();
    let mut csv = String::from("service,score,churn,spent,w\n");
    for row in 0..500 {
        let good = rng.random_bool(0.6);
        let score = f64::from(rng.random_range(0..(if good { 100 } else { 60 })));
        let churn = rng.random_bool(if good { 0.2 } else { 0.4 });
        let spent = f64::from(rng.random_range(0..4000)) / 8.0;
        let service = if good { "good" } else { "it's \\ bad" };
        let lost = row % 97 == 5;
        let shown = if lost { String::new() } else { spent.to_string() };
        csv += &format!("{service},{score},{},{shown},{}\n", u8::from(churn), 1 + row % 3);
        let spent = if lost { Value::Null } else { Value::Real(spent) };
        database
            .execute(
                "INSERT INTO visits VALUES (?, ?, ?, ?, ?)",
                rusqlite::params![service, score, churn, spent, 1 + row % 3],
            )
            .unwrap();
    }
    (database, csv)
}

/// The result of a query as CSV.
fn csv(database: &Connection, text: &str) -> String {
    let mut query = database.prepare(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let names: Vec<String> = query.column_names().into_iter().map(str::to_owned).collect();
    let mut out = names.join(",") + "\n";
    let mut rows = query.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let fields = (0..names.len()).map(|i| match row.get::<_, Value>(i).unwrap() {
            Value::Null => String::new(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => number.to_string(),
            Value::Text(text) => text,
            Value::Blob(_) => panic!(),
        });
        out += &(fields.collect::<Vec<_>>().join(",") + "\n");
    }
    out
}

#[test]
fn what_a_database_counts_is_what_is_counted_here() {
    let folder = Folder::new("sql-counts");
    let (database, table) = shop();
    let data = folder.write("visits.csv", &table);
    let graph = folder.write(
        "g.causal",
        "graph { service -> engagement -> spent; service -> spent }\nE[spent | do(engagement = \"0..30\")]\n",
    );
    for more in [&["--drop-missing"][..], &["--drop-missing", "--counts-column", "w"]] {
        let columns = ["--column", "engagement=score", "--bins", "engagement=0,30,70"];
        let start = ["counts", graph.as_str()];
        let query = whatif(&[&start[..], &["--table", "visits", "--dialect", "sqlite"], &columns, more].concat());
        assert_eq!(query.status, 0, "{}", query.errors);
        let counted = folder.write("counts.csv", &csv(&database, &query.output));
        let back = whatif(&[&start[..], &["--counts", &counted], &columns, more].concat());
        let here = whatif(&[&start[..], &["--data", &data], &columns, more].concat());
        assert_eq!((back.status, &back.output), (0, &here.output), "{}\n{}", back.errors, query.output);
        assert_eq!(back.errors, here.errors);
        assert!(
            here.output.starts_with("service,engagement,whatif_count,whatif_sum,whatif_sum_squares,whatif_absent\n")
        );
        // Without leave to drop rows, neither is counted.
        let strict = whatif(&[&start[..], &["--counts", &counted], &columns, &more[1..]].concat());
        assert_eq!((strict.status, &*strict.output), (2, ""));
        assert!(strict.errors.contains("whatif::data_missing"), "{}", strict.errors);
    }
}

/// Values, standard errors and intervals of rows with weights, from the rows and from a database's sums over them.
#[test]
fn weights_are_worth_the_same_from_a_database() {
    let folder = Folder::new("sql-weights");
    let (database, table) = shop();
    let data = folder.write("visits.csv", &table);
    let graph = folder.write(
        "g.causal",
        "graph { service -> engagement -> {churn spent}; service -> {churn spent} }\nmean: E[spent | do(engagement = \"0..30\")]\n\
         share: P(churn = 1 | do(engagement = \"0..30\"))\n",
    );
    let numbers = |text: &str| -> Vec<f64> {
        let whole: serde_json::Value = serde_json::from_str(text).unwrap();
        let estimate = &whole["estimates"][0];
        let part = |name: &str| estimate[name].as_f64().unwrap_or_else(|| panic!("{name}: {text}"));
        vec![
            part("value"),
            part("se"),
            estimate["interval"][0].as_f64().unwrap(),
            estimate["interval"][1].as_f64().unwrap(),
        ]
    };
    for name in ["mean", "share"] {
        let more = ["--query", name, "--drop-missing", "--weights", "w", "--column", "engagement=score"];
        let more = [&more[..], &["--bins", "engagement=0,30,70"]].concat();
        let query = whatif(&[&["counts", &graph, "--table", "visits", "--dialect", "sqlite"][..], &more].concat());
        let result = csv(&database, &query.output);
        let counts = folder.write("counts.csv", &result);
        let from =
            |more_still: &[&str]| whatif(&[&["estimate", &graph, "--format", "json"][..], &more, more_still].concat());
        let (rows, sums) = (from(&["--data", &data]), from(&["--counts", &counts]));
        for (there, here) in numbers(&sums.output).into_iter().zip(numbers(&rows.output)) {
            assert!((there - here).abs() < 1e-9 * here.abs().max(1.0), "{name}: {there} {here}\n{}", query.output);
        }
        assert!(!sums.output.contains("summed up before"), "{}", sums.output);
        // A query that kept no squares gives the number, and says what is lost.
        let renamed = folder
            .write("old.csv", &result.replace("_squares", "_other").replace("whatif_sum_other", "whatif_sum_squares"));
        let old = from(&["--counts", &renamed]);
        assert!(old.status == 0 && old.output.contains("summed up before"), "{}{}", old.output, old.errors);
        let (old, new) = (numbers(&old.output), numbers(&sums.output));
        assert!(
            (old[0] - new[0]).abs() < 1e-9 * new[0].abs() && (old[1] - new[1]).abs() > 1e-3 * new[1],
            "{old:?} {new:?}"
        );
    }
}

#[test]
fn a_database_does_not_cut_counts_that_are_not_whole() {
    let folder = Folder::new("sql-halves");
    let graph = folder.write("g.causal", "graph { x -> y }\nP(y | do(x))\n");
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch("CREATE TABLE t (x TEXT, y TEXT, n REAL)").unwrap();
    let columns = ["--counts-column", "n"];
    for (counts, whole) in [(["3", "2"], true), (["2.5", "2.5"], false), (["3", "NULL"], false)] {
        database.execute_batch("DELETE FROM t; INSERT INTO t VALUES ('a', 'u', 4), ('b', 'v', 1)").unwrap();
        for n in counts {
            database.execute(&format!("INSERT INTO t VALUES ('a', 'v', {n})"), []).unwrap();
        }
        let query = whatif(&[&["counts", &graph, "--table", "t", "--dialect", "sqlite"][..], &columns].concat());
        let result = folder.write("counts.csv", &csv(&database, &query.output));
        for more in [&[][..], &["--drop-missing"]] {
            let read = whatif(&[&["counts", &graph, "--counts", &result][..], &columns, more].concat());
            if whole {
                assert_eq!(read.output, "x,y,whatif_count\na,u,4\na,v,5\nb,v,1\n", "{}", read.errors);
            } else {
                assert!(read.status == 2 && read.errors.contains("whatif::data_not_whole"), "{}", read.errors);
            }
        }
    }
}

/// SQLite takes a text for 0 where it sums, and for more than any number where it compares.
#[test]
fn a_text_among_numbers_is_told_where_the_database_is_silent() {
    let folder = Folder::new("sql-texts");
    let graph = folder.write("g.causal", "graph { x -> y }\ntotal: E[y | do(x = a)]\nbins: P(y | do(x))\n");
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch("CREATE TABLE t (x TEXT, y TEXT)").unwrap();
    for y in ["1", "2.5", "-3e1", " 4 "] {
        database.execute("INSERT INTO t VALUES ('a', ?)", [y]).unwrap();
    }
    let counted = |more: &[&str]| {
        let start = ["counts", graph.as_str()];
        let query = whatif(&[&start[..], more, &["--table", "t", "--dialect", "sqlite"]].concat());
        let counts = folder.write("counts.csv", &csv(&database, &query.output));
        whatif(&[&start[..], more, &["--counts", &counts]].concat())
    };
    let bins = ["--query", "bins", "--bins", "y=-30,0,10"];
    assert_eq!(counted(&["--query", "total"]).output.lines().nth(1), Some("a,4,-22.5,923.25,0"));
    assert_eq!(counted(&bins).output, "x,y,whatif_count\na,-30..0,1\na,0..10,3\n");
    for y in ["two", "1-2", ""] {
        database.execute("DELETE FROM t WHERE rowid > 4", []).unwrap();
        database.execute("INSERT INTO t VALUES ('a', ?)", [y]).unwrap();
        let (sum, bins) = (counted(&["--query", "total"]), counted(&bins));
        assert!(sum.status == 2 && sum.errors.contains("whatif::data_not_a_number"), "{y}: {}", sum.errors);
        assert!(bins.status == 2 && bins.errors.contains("`not a number` is not a value"), "{y}: {}", bins.errors);
    }
}

#[test]
fn a_contrast_is_one_number_in_a_database() {
    let folder = Folder::new("sql-contrast");
    let (database, _) = shop();
    let graph = folder.write(
        "g.causal",
        "graph { service -> engagement -> churn; service -> churn }\nvar churn : {0, 1}\nvar engagement : {low, high}\n\
         risk: E[churn | do(engagement = low)] - E[churn | do(engagement = high)]\n",
    );
    let more =
        ["--column", "engagement=score", "--bins", "engagement=0,50", "--dialect", "sqlite", "--table", "visits"];
    let run = whatif(&[&["sql", &graph, "--query", "risk"], &more[..]].concat());
    assert_eq!(run.status, 0, "{}", run.errors);
    let value: f64 = database.query_row(&run.output, [], |row| row.get(0)).unwrap();
    let by_hand = "SELECT SUM(p * d) FROM (SELECT COUNT(*) / 500.0 AS p,
        AVG(CASE WHEN score < 50 THEN churn END) - AVG(CASE WHEN score >= 50 THEN churn END) AS d
        FROM visits GROUP BY service)";
    let expected: f64 = database.query_row(by_hand, [], |row| row.get(0)).unwrap();
    assert!((value - expected).abs() < 1e-12, "{value} {expected}\n{}", run.output);
}

#[test]
fn each_dialect_as_it_is_pasted() {
    let mut seen = String::new();
    for dialect in ["ansi", "duckdb", "postgres", "sqlite", "spark", "bigquery"] {
        let start = ["counts", "examples/churn.causal", "--query", "E[churn | do(engagement)] in measured"];
        let more = [
            "--table",
            "shop.visits",
            "--dialect",
            dialect,
            "--bins",
            "engagement=0,30",
            "--column",
            "service=it`s \\ \"o\"",
        ];
        seen += &format!("-- {dialect}\n{}\n", whatif(&[&start[..], &more].concat()).output);
    }
    insta::assert_snapshot!("sql_dialects", seen);
    let front_door = ["sql", "examples/front-door.causal", "--query", "1", "--table", "survey"];
    insta::assert_snapshot!("sql_front_door", whatif(&front_door).output);
}
