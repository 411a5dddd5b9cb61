//! Tables of data from outside: what is counted, and what is said of tables that cannot be.

use crate::cli::{Run, whatif, with_input};
use crate::support::folder::Folder;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

const GRAPH: &str = "\
graph { service -> engagement -> churn; service -> churn; mood [latent]; mood -> service; mood -> churn; }
var churn : {no, yes}
effect: P(churn | do(engagement), service)
";

/// The codes of all diagnostics in a text.
fn codes(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| line.strip_prefix("whatif::")).map(str::to_owned).collect()
}

struct Case<'c> {
    name: &'c str,
    data: &'c [u8],
    more: &'c [&'c str],
}

const fn case<'c>(name: &'c str, data: &'c [u8]) -> Case<'c> {
    Case { name, data, more: &[] }
}

/// What is wrong with a table is told with row, column and place, and nothing is counted.
#[test]
fn each_fault_of_a_table_as_a_person_sees_it() {
    let folder = Folder::new("data-faults");
    let graph = folder.write("g.causal", GRAPH);
    let mut many = String::from("service,engagement,churn\n");
    for row in 0..100_000 {
        let _ = writeln!(many, "s{row},e{},{}", row % 7, ["no", "yes"][row % 2]);
    }
    let mut cells = String::from("service,engagement,churn\n");
    for row in 0..1_100_000 {
        let _ = writeln!(cells, "{},{},{}", row % 1_049, row / 1_049, ["no", "yes"][row % 2]);
    }
    let long = format!("service,engagement,churn\n{},low,no\n", "x".repeat(2_000));
    let wide =
        format!("{}service,engagement,churn\n{}good,low,maybe\n", "other,".repeat(900), "some text,".repeat(900));
    let cases = [
        case("ragged", b"service,engagement,churn\ngood,low,no\nbad,low\nbad,low,no,yes\n"),
        case("ragged_quoted", b"service,engagement,churn\n\"good\n\",low,no\nbad,\"low,no\"\n"),
        case("not_utf8", b"service,engagement,churn\ngood,low,no\nbad,m\xfcde,no\nbad,m\xfcde,yes\n"),
        case("header_not_utf8", b"service,engag\xeament,churn\ngood,low,no\n"),
        case("utf16", b"\xff\xfes\0e\0r\0v\0"),
        case("utf16_without_mark", b"s\0e\0r\0v\0i\0c\0e\0,\0x\0\n\0a\0,\0b\0\n\0"),
        case("spreadsheet", b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0bTheading.xml of a workbook\n"),
        Case {
            name: "not_a_number",
            data: b"service,engagement,churn\ngood,12,no\nbad,twelve,no\nbad,\"1,5\",no\n",
            more: &["--bins", "engagement=0,30,70"],
        },
        Case {
            name: "outside",
            data: b"service,engagement,churn\ngood,12,no\nbad,-3,no\n",
            more: &["--bins", "engagement=0,30,70"],
        },
        case("missing", b"service,engagement,churn\ngood,low,\nNA,low,no\ngood,,yes\ngood,high,NULL\n"),
        Case {
            name: "nothing_left",
            data: b"service,engagement,churn\ngood,low,\nNA,low,no\n",
            more: &["--drop-missing"],
        },
        case("column_twice", b"service,engagement,churn,service\ngood,low,no,bad\n"),
        case("empty", b""),
        case("blank_lines_alone", b"\n \n\n"),
        case("no_rows", b"service,engagement,churn\n"),
        case("too_many_levels", many.as_bytes()),
        case("too_many_cells", cells.as_bytes()),
        case("long_value", long.as_bytes()),
        case("column_missing", b"service,Engagment,churn\ngood,low,no\n"),
        Case {
            name: "column_missing_renamed",
            data: b"service,engagement,churn\ngood,low,no\n",
            more: &["--column", "churn=left", "--counts-column", "n"],
        },
        case("unknown_level", b"service,engagement,churn\ngood,low,no\nbad,low,Yes\nbad,low,Yes\nbad,low,perhaps\n"),
        case("wide", wide.as_bytes()),
        Case {
            name: "negative",
            data: b"service,engagement,churn,w\ngood,low,no,1\nbad,low,yes,-0.5\n",
            more: &["--counts-column", "w"],
        },
        Case {
            name: "not_whole",
            data: b"service,engagement,churn,w\ngood,low,no,1\nbad,low,yes,1.5\n",
            more: &["--counts-column", "w"],
        },
        Case {
            name: "no_weight",
            data: b"service,engagement,churn,w\ngood,low,no,0\n",
            more: &["--counts-column", "w"],
        },
        case("broken_parquet", b"PAR1 and nothing else"),
        Case { name: "latent", data: b"service\n", more: &["--column", "mood=service"] },
        Case { name: "bins", data: b"service\n", more: &["--bins", "churn=0,1,2,3,4"] },
        case("unclosed_quote", b"service,engagement,churn\ngood,low,no\nbad,\"low,no\ngood,low,no\n"),
    ];
    let mut seen = BTreeSet::new();
    for Case { name, data, more } in cases {
        let path = folder.path().join("visits.csv");
        std::fs::write(&path, data).unwrap();
        let arguments = ["counts", &graph, "--data", path.to_str().unwrap(), "--jobs", "3"];
        let run = whatif(&[&arguments[..], more].concat());
        assert_eq!((run.status, &*run.output), (2, ""), "{name}: {}", run.errors);
        seen.extend(codes(&run.errors));
        insta::assert_snapshot!(format!("data_{name}"), folder.nameless(&run.errors));
    }
    let warned = read(&folder, b"service,engagement,churn,mood\ngood,low,no,1\nGood,low ,no,1\ngood,low,no,\n", &[]);
    assert_eq!(warned.status, 0, "{}", warned.errors);
    seen.extend(codes(&warned.errors));
    insta::assert_snapshot!("data_warnings", folder.nameless(&warned.errors) + "---\n" + &warned.output);

    // Nothing that can be said was left out; a type of Parquet, a row that never ends and too many
    // rows to keep have tests of their own.
    let mut said = BTreeSet::new();
    for file in ["src/data/diagnostics.rs", "src/cli/data/columns.rs", "src/cli/data/parquet.rs", "src/cli/data/csv.rs"]
    {
        let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let text = text.split("mod tests").next().unwrap();
        said.extend(text.split("\"whatif::").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    seen.extend(["data_column_type", "data_long_row", "data_too_many_rows"].map(str::to_owned));
    let silent: Vec<_> = said.difference(&seen).collect();
    assert!(silent.is_empty(), "no table here shows {silent:?}");
}

fn read(folder: &Folder, data: &[u8], more: &[&str]) -> Run {
    let graph = folder.write("g.causal", GRAPH);
    let path = folder.path().join("visits.csv");
    std::fs::write(&path, data).unwrap();
    whatif(&[&["counts", &graph, "--data", path.to_str().unwrap()], more].concat())
}

#[test]
fn one_table_however_it_is_packed() {
    let folder = Folder::new("data-packed");
    let graph = folder.write("g.causal", GRAPH);
    let plain =
        "id,service,engagement,churn\n1,good,low,no\n2,bad,\"very, very low\",yes\n3,bad,low,yes\n4,bad,low,yes\n";
    let expected =
        "service,engagement,churn,whatif_count\nbad,low,yes,2\nbad,\"very, very low\",yes,1\ngood,low,no,1\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(plain.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    // Two packed files in a row are one.
    let mut rest = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    rest.write_all(b"5,good,high,no\n").unwrap();
    let twice = [packed.clone(), rest.finish().unwrap()].concat();
    let windows = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    let semicolons = plain.replace("very, very", "very very").replace(',', ";").replace("very very", "very, very");
    for data in [plain.as_bytes(), &packed, windows.as_bytes(), semicolons.as_bytes(), plain.trim_end().as_bytes()] {
        let run = read(&folder, data, &["-j", "2"]);
        assert_eq!((run.status, &*run.output, &*run.errors), (0, expected, ""), "{}", String::from_utf8_lossy(data));
    }
    assert!(read(&folder, &twice, &[]).output.contains("good,high,no,1\n"));
    let run = with_input(&["counts", &graph, "--data", "-"], plain);
    assert_eq!((run.status, &*run.output), (0, expected), "{}", run.errors);
    // A packed file that is cut off is not read half.
    let run = read(&folder, &packed[..packed.len() - 9], &[]);
    assert_eq!((run.status, &*run.output), (2, ""));
    assert!(run.errors.contains("whatif::unreadable_file"), "{}", run.errors);
}

#[test]
fn levels_are_found_declared_or_cut_into_bins() {
    let folder = Folder::new("data-levels");
    let run = read(
        &folder,
        b"service,engagement,churn\n10,12,no\n9,30,yes\n10,69.5,no\n9,1e3,no\n",
        &["--bins", "engagement=0,30,70"],
    );
    let expected =
        "service,engagement,churn,whatif_count\n9,30..70,yes,1\n9,70..,no,1\n10,0..30,no,1\n10,30..70,no,1\n";
    assert_eq!((run.status, &*run.output), (0, expected), "{}", run.errors);
    let missing = b"service,engagement,churn\ngood,low,no\n,low,no\ngood,NA,no\ngood,low,no\n";
    let run = read(&folder, missing, &["--drop-missing"]);
    assert_eq!(run.output, "service,engagement,churn,whatif_count\ngood,low,no,2\n");
    assert_eq!(run.errors, "note: 2 rows without a value left out\n");
    let counted = b"service,engagement,churn,n\ngood,low,no,40\nbad,low,no,0\ngood,low,no,2\n";
    let run = read(&folder, counted, &["--counts-column", "n"]);
    assert_eq!(run.output, "service,engagement,churn,whatif_count\ngood,low,no,42\n");
}

/// Values of each kind, in row groups of a few rows.
fn parquet(path: &str) {
    let service: ArrayRef =
        Arc::new(StringArray::from(vec![Some("good"), Some("bad"), Some("good"), None, Some("good")]));
    let engagement: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), Some(-7), Some(3), Some(3), Some(1 << 40)]));
    let churn: ArrayRef = Arc::new(BooleanArray::from(vec![true, false, true, true, false]));
    let score: ArrayRef = Arc::new(Float64Array::from(vec![0.5, 1.0, 2.25, f64::NAN, -1.0]));
    let columns = [("score", score), ("service", service), ("engagement", engagement), ("churn", churn)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true))).unwrap();
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn parquet_is_read_like_text() {
    let folder = Folder::new("data-parquet");
    let path = folder.path().join("visits.parquet").display().to_string();
    parquet(&path);
    let graph = folder.write(
        "p.causal",
        "graph { service -> engagement -> churn; service -> churn }\nP(churn | do(engagement), service)\n",
    );
    let count = |more: &[&str]| whatif(&[&["counts", &graph, "--data", &path], more].concat());
    let run = count(&["--drop-missing", "-j", "3"]);
    let expected = "service,engagement,churn,whatif_count\nbad,-7,false,1\ngood,3,true,2\ngood,1099511627776,false,1\n";
    assert_eq!((run.status, &*run.output), (0, expected), "{}", run.errors);
    let faults = [
        count(&[]),
        count(&["--column", "churn=score", "--bins", "churn=0,1"]),
        count(&["--column", "churn=service", "--bins", "churn=0,1"]),
        count(&["--column", "churn=sevrice"]),
    ];
    let told: Vec<&str> = faults.iter().map(|run| run.errors.as_str()).collect();
    assert!(faults.iter().all(|run| run.status == 2 && run.output.is_empty()));
    insta::assert_snapshot!("data_parquet", folder.nameless(&told.join("---\n")));
}

#[test]
fn a_column_of_lists_is_refused() {
    use arrow_array::types::Int32Type;
    let folder = Folder::new("data-types");
    let path = folder.path().join("visits.parquet");
    let lists: ArrayRef =
        Arc::new(arrow_array::ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1), None])]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let batch =
        RecordBatch::try_from_iter([("service", texts.clone()), ("engagement", lists), ("churn", texts)]).unwrap();
    let mut writer = ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let graph = folder.write("g.causal", GRAPH);
    let run = whatif(&["counts", &graph, "--data", path.to_str().unwrap()]);
    assert_eq!((run.status, &*run.output), (2, ""));
    insta::assert_snapshot!("data_column_type", folder.nameless(&run.errors));
}

#[test]
fn which_question_is_meant_must_be_said() {
    let folder = Folder::new("data-question");
    let graph = folder.write("g.causal", "graph { x -> y; x <-> y }\na: P(y | do(x))\nb: P(x | do(y))\n");
    let mut seen = String::new();
    for more in [&[][..], &["--query", "a"], &["--query", "c"]] {
        let run = whatif(&[&["counts", &graph, "--table", "t"], more].concat());
        assert_eq!(run.output, "");
        let _ = writeln!(seen, "{more:?}: status {}\n{}", run.status, folder.nameless(&run.errors));
    }
    insta::assert_snapshot!("data_question", seen);
    for command in ["counts", "sql"] {
        insta::assert_snapshot!(format!("help_{command}"), whatif(&[command, "--help"]).output);
    }
}
