//! Tables in their formats: Parquet however it was written, and what is said of bad Parquet files and bad counts.

use crate::cli::whatif;
use crate::support::folder::Folder;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int64Array, RecordBatch, StringArray, UInt32Array, UInt64Array,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use std::fmt::Write as _;
use std::sync::Arc;

const ROWS: usize = 3_000;

fn write(path: &str, columns: Vec<(&str, ArrayRef)>, properties: WriterPropertiesBuilder) {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Numbers that jump about, the same each time.
fn drawn(row: usize, salt: u64, most: u64) -> u64 {
    let mixed =
        (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 33) % most
}

#[test]
fn parquet_is_read_however_it_was_written() {
    let folder = Folder::new("tables-written");
    let text = |row: usize| (drawn(row, 1, 9) > 0).then(|| format!("level {}", drawn(row, 2, 40)));
    let long = |row: usize| [-5, 0, 3, 1 << 40, i64::MIN][drawn(row, 3, 5) as usize];
    let small = |row: usize| drawn(row, 4, 3) as i8 - 1;
    let wide = |row: usize| [0, u32::MAX][drawn(row, 5, 2) as usize];
    let widest = |row: usize| [1, u64::MAX][drawn(row, 6, 2) as usize];
    let money = |row: usize| (drawn(row, 7, 3) == 0).then(|| [-5_i128, 1250][row % 2]);
    let truth = |row: usize| drawn(row, 8, 2) == 0;
    let half = |row: usize| (drawn(row, 9, 4) > 0).then(|| drawn(row, 10, 64) as f64 / 4.0 - 7.0);
    let rows = || 0..ROWS;
    let columns = || -> Vec<(&str, ArrayRef)> {
        vec![
            ("unused", Arc::new(rows().map(|row| Some(row as f64)).collect::<Float64Array>())),
            ("text", Arc::new(rows().map(text).collect::<StringArray>())),
            ("long", Arc::new(rows().map(|row| Some(long(row))).collect::<Int64Array>())),
            ("small", Arc::new(rows().map(|row| Some(small(row))).collect::<Int8Array>())),
            ("wide", Arc::new(rows().map(|row| Some(wide(row))).collect::<UInt32Array>())),
            ("widest", Arc::new(rows().map(|row| Some(widest(row))).collect::<UInt64Array>())),
            (
                "money",
                Arc::new(rows().map(money).collect::<Decimal128Array>().with_precision_and_scale(30, 2).unwrap()),
            ),
            ("truth", Arc::new(rows().map(|row| Some(truth(row))).collect::<BooleanArray>())),
            ("half", Arc::new(rows().map(|row| half(row).map(|half| half as f32)).collect::<Float32Array>())),
        ]
    };
    let mut csv = "text,long,small,wide,widest,money,truth,half\n".to_owned();
    for row in rows() {
        let money = money(row)
            .map_or_else(String::new, |money| if money < 0 { "-0.05".to_owned() } else { "12.50".to_owned() });
        let (text, half) = (text(row).unwrap_or_default(), half(row).map_or_else(String::new, |half| half.to_string()));
        let (long, small, wide, widest, truth) = (long(row), small(row), wide(row), widest(row), truth(row));
        let _ = writeln!(csv, "{text},{long},{small},{wide},{widest},{money},{truth},{half}");
    }
    let csv = folder.write("t.csv", &csv);
    let graph = folder.write(
        "g.causal",
        "graph { { long small wide widest money } -> text -> truth; { long small wide widest money } -> truth; text -> half }\n\
         levels: P(truth | do(text), long, small, wide, widest, money)\ntotal: E[half | do(text)]\nbins: P(half | do(text))\n",
    );
    let path = folder.path().join("t.parquet").display().to_string();
    let plain = WriterProperties::builder;
    let written = [
        ("as writers do", plain()),
        ("small groups", plain().set_max_row_group_row_count(Some(700))),
        ("small pages", plain().set_data_page_row_count_limit(37).set_write_batch_size(10)),
        (
            "pages of version 2",
            plain().set_writer_version(WriterVersion::PARQUET_2_0).set_data_page_row_count_limit(900),
        ),
        ("without dictionaries", plain().set_dictionary_enabled(false)),
        (
            "a dictionary that is given up",
            plain().set_dictionary_page_size_limit(64).set_data_page_row_count_limit(100).set_write_batch_size(50),
        ),
        ("packed", plain().set_compression(Compression::SNAPPY)),
    ];
    for (name, properties) in written {
        write(&path, columns(), properties);
        for more in [&["--query", "levels"][..], &["--query", "total"], &["--query", "bins", "--bins", "half=-8,0,3"]] {
            let count =
                |data: &str| whatif(&[&["counts", &graph, "--drop-missing", "--data", data][..], more].concat());
            let (here, there) = (count(&path), count(&csv));
            assert_eq!(there.status, 0, "{}", there.errors);
            assert_eq!((&here.output, &here.errors), (&there.output, &there.errors), "{name} {more:?}");
        }
        // Missing values are told at the same place.
        let strict = |data: &str| whatif(&["counts", &graph, "--query", "total", "--data", data]).errors;
        let place =
            |errors: &str| errors.split("row ").nth(1).and_then(|rest| rest.split(':').next()).map(str::to_owned);
        assert_eq!(place(&strict(&path)), place(&strict(&csv)), "{name}");
    }
}

#[test]
fn what_is_wrong_with_a_parquet_file_is_told() {
    let folder = Folder::new("tables-parquet");
    let graph = folder.write(
        "g.causal",
        "graph { service -> engagement -> churn; service -> churn }\nvar churn : {no, yes}\n\
         P(churn | do(engagement), service)\n",
    );
    let path = folder.path().join("visits.parquet").display().to_string();
    let texts = |all: &[&str]| -> ArrayRef { Arc::new(StringArray::from(all.to_vec())) };
    let good = || texts(&["good", "bad"]);
    let many: ArrayRef = Arc::new((0..100_000).map(Some).collect::<Int64Array>());
    let of = |service, engagement, churn| vec![("service", service), ("engagement", engagement), ("churn", churn)];
    let none = texts(&[]);
    let cases: [(&str, Vec<(&str, ArrayRef)>); 9] = [
        ("a column is missing", vec![("service", good()), ("churn", texts(&["no", "yes"]))]),
        ("a column is there twice", [of(good(), good(), good()), vec![("churn", good())]].concat()),
        ("no rows", of(none.clone(), none.clone(), none)),
        ("an unknown level", of(good(), good(), texts(&["no", "Yes"]))),
        ("a value is missing", of(good(), Arc::new(StringArray::from(vec![Some("low"), None])), texts(&["no", "yes"]))),
        ("dates", of(good(), Arc::new(Date32Array::from(vec![1, 2])), texts(&["no", "yes"]))),
        ("bytes", of(good(), Arc::new(BinaryArray::from(vec![&b"a"[..], b"\xff"])), texts(&["no", "yes"]))),
        ("too many levels", {
            let churn = texts(&["no"; 100_000]);
            of(churn.clone(), many, churn)
        }),
        ("missing and spelled", of(good(), texts(&["NA", "low"]), texts(&["no", "yes"]))),
    ];
    let mut seen = String::new();
    for (name, columns) in cases {
        write(&path, columns, WriterProperties::builder());
        let run = whatif(&["counts", &graph, "--data", &path]);
        assert_eq!((run.status, &*run.output), (2, ""), "{name}");
        let _ = writeln!(seen, "--- {name}\n{}", folder.nameless(&run.errors));
    }
    // A text that is none: the bytes of a good file are damaged.
    write(&path, of(good(), texts(&["muede", "low"]), texts(&["no", "yes"])), WriterProperties::builder());
    let mut bytes = std::fs::read(&path).unwrap();
    let places: Vec<usize> = (0..bytes.len() - 5).filter(|&at| bytes[at..].starts_with(b"muede")).collect();
    places.iter().for_each(|&at| bytes[at + 1] = 0xfc);
    std::fs::write(&path, bytes).unwrap();
    let run = whatif(&["counts", &graph, "--data", &path]);
    assert_eq!((run.status, &*run.output), (2, ""));
    let _ = writeln!(seen, "--- a text that is none\n{}", folder.nameless(&run.errors));
    insta::assert_snapshot!("tables_parquet_faults", seen);
}

#[test]
fn what_is_wrong_with_counts_is_told() {
    let folder = Folder::new("tables-counts");
    let graph = folder.write(
        "g.causal",
        "graph { service -> engagement -> spent; service -> spent }\nvar service : {good, bad}\n\
         E[spent | do(engagement = low)]\n",
    );
    let head = "service,engagement,whatif_count,whatif_sum,whatif_sum_squares,whatif_absent\n";
    let line = |line: &str| format!("{head}good,low,10,3.5,20,0\n{line}\n");
    let mut many = head.to_owned();
    for row in 0..100_000 {
        let _ = writeln!(many, "good,e{row},1,1,1,0");
    }
    let cases = [
        ("ragged", line("bad,low,10").into_bytes()),
        ("another encoding", [line("bad,m").as_bytes().strip_suffix(b"\n").unwrap(), b"\xfcde,1,1,1,0\n"].concat()),
        ("UTF-16", head.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a text in place of a count", line("bad,low,ten,1,1,0").into_bytes()),
        ("a count that is not whole", line("bad,low,2.5,1,1,0").into_bytes()),
        ("a text in place of a sum", line("bad,low,10,much,1,0").into_bytes()),
        ("no value", line("bad,,10,1,1,0").into_bytes()),
        ("numbers are absent", line("bad,low,10,1,1,4").into_bytes()),
        ("an unknown level", line("badd,low,10,1,1,0").into_bytes()),
        ("a column twice", format!("service,{head}").into_bytes()),
        ("rows and no counts", b"service,engagement,spent\ngood,low,1\n".to_vec()),
        ("empty", Vec::new()),
        ("too many levels", many.into_bytes()),
    ];
    let mut seen = String::new();
    for (name, counts) in cases {
        let path = folder.path().join("counts.csv").display().to_string();
        std::fs::write(&path, counts).unwrap();
        let run = whatif(&["estimate", &graph, "--counts", &path]);
        assert_eq!((run.status, &*run.output), (2, ""), "{name}");
        let _ = writeln!(seen, "--- {name}\n{}", folder.nameless(&run.errors));
    }
    insta::assert_snapshot!("tables_counts_faults", seen);
}

/// What `--on` says where nothing was built in that connects to databases.
#[cfg(not(feature = "adbc"))]
#[test]
fn a_program_without_databases_says_how_to_get_them() {
    let folder = Folder::new("tables-on");
    let graph = folder.write("g.causal", "graph { x -> y }\nP(y | do(x))\n");
    let address = "adbc:adbc_driver_sqlite?uri=x.db&table=visits";
    let mut seen = String::new();
    for command in ["estimate", "refute", "counts"] {
        let run = whatif(&[command, &graph, "--on", address]);
        assert_eq!((run.status, &*run.output), (2, ""), "{command}");
        seen = run.errors;
    }
    insta::assert_snapshot!("tables_without_databases", seen);
}
