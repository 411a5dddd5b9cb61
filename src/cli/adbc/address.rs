//! Where a table is: `adbc:DRIVER?uri=…&table=…`, each value percent-encoded.

use super::super::counts::Dialect;
use super::super::input;
use clap::ValueEnum;
use percent_encoding::percent_decode_str;
use whatif::source::Diagnostic;
use whatif::sql;

/// The address of a table.
#[derive(PartialEq, Eq, Debug)]
pub struct Address {
    /// A shared library, or the name of an installed driver.
    pub driver: String,
    /// The function that makes the driver, where its name does not follow from the driver's.
    pub entrypoint: Option<String>,
    /// The database.
    pub uri: Option<String>,
    /// The table in it.
    pub table: String,
    /// The SQL it speaks.
    pub dialect: sql::Dialect,
    /// Further options of the driver, in their order.
    pub options: Vec<(String, String)>,
}

impl Address {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Box<Diagnostic>> {
        let rest = text.strip_prefix("adbc:").ok_or_else(|| fault("it does not begin with adbc:".to_owned()))?;
        let (driver, query) = rest.split_once('?').unwrap_or((rest, ""));
        let driver = decoded("the driver", driver)?;
        if driver.is_empty() {
            return Err(fault("it names no driver".to_owned()));
        }
        let (mut entrypoint, mut uri, mut table, mut dialect) = (None, None, None, None);
        let mut options = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(fault(format!("`{pair}` has no value: write {pair}=…")));
            };
            let value = decoded(key, value)?;
            let to = match key {
                "uri" => &mut uri,
                "table" => &mut table,
                "entrypoint" => &mut entrypoint,
                "dialect" => &mut dialect,
                _ => match key.strip_prefix("option.").filter(|name| !name.is_empty()) {
                    Some(name) => {
                        options.push((decoded("an option's name", name)?, value));
                        continue;
                    }
                    None => {
                        let message = format!(
                            "`{key}` is none of uri, table, dialect, entrypoint; an option of the driver is written \
                             option.{key}="
                        );
                        return Err(fault(message));
                    }
                },
            };
            if to.replace(value).is_some() {
                return Err(fault(format!("`{key}` is there twice")));
            }
        }
        let table = table.filter(|table| !table.is_empty()).ok_or_else(|| fault("it names no table".to_owned()))?;
        let dialect = match dialect {
            Some(name) => Dialect::from_str(&name, true)
                .map_err(|_| fault(format!("`{name}` is none of the dialects that whatif writes")))?
                .into(),
            None => guessed(&driver, entrypoint.as_deref().unwrap_or_default()),
        };
        Ok(Self { driver, entrypoint, uri, table, dialect, options })
    }
}

fn decoded(what: &str, value: &str) -> Result<String, Box<Diagnostic>> {
    let bytes = value.as_bytes();
    for (at, _) in value.match_indices('%') {
        if !bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)) {
            return Err(fault(format!("{what}: a % must be followed by two hexadecimal digits (% itself is %25)")));
        }
    }
    match percent_decode_str(value).decode_utf8() {
        // No database takes it, and C would end there.
        Ok(text) if text.contains('\0') => Err(fault(format!("{what}: it holds a zero byte"))),
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(fault(format!("{what}: what it stands for is not UTF-8"))),
    }
}

/// The dialect that goes with a driver, by what it is called.
fn guessed(driver: &str, entrypoint: &str) -> sql::Dialect {
    let name = format!("{driver} {entrypoint}").to_lowercase();
    let known = [
        ("duckdb", sql::Dialect::DuckDb),
        ("postgres", sql::Dialect::Postgres),
        ("sqlite", sql::Dialect::Sqlite),
        ("spark", sql::Dialect::Spark),
        ("databricks", sql::Dialect::Spark),
        ("bigquery", sql::Dialect::BigQuery),
    ];
    // A path may hold several of these words; the last is the file's.
    let found = known.into_iter().filter_map(|(word, dialect)| Some((name.rfind(word)?, dialect)));
    found.max_by_key(|(at, _)| *at).map_or(sql::Dialect::Ansi, |(_, dialect)| dialect)
}

fn fault(message: String) -> Box<Diagnostic> {
    let help = "write it like this, each value percent-encoded: \
                adbc:adbc_driver_postgresql?uri=postgresql%3A%2F%2Fhost%2Fshop&table=visits";
    Box::new(input::without_place("whatif::adbc_address", "<command line>", format!("--on: {message}"), help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_address() {
        let text = "adbc:/lib/libduckdb.so?entrypoint=duckdb_adbc_init&option.path=%2Ftmp%2Fa%20b.db&table=main.visits&uri=x%26y";
        let address = Address::parse(text).unwrap();
        assert_eq!(address.driver, "/lib/libduckdb.so");
        assert_eq!(address.entrypoint.as_deref(), Some("duckdb_adbc_init"));
        assert_eq!(address.options, [("path".to_owned(), "/tmp/a b.db".to_owned())]);
        assert_eq!(address.uri.as_deref(), Some("x&y"));
        assert_eq!(address.table, "main.visits");
        assert_eq!(address.dialect, sql::Dialect::DuckDb);
    }

    #[test]
    fn the_driver_tells_the_dialect_unless_the_address_does() {
        let dialect = |text: &str| Address::parse(text).unwrap().dialect;
        assert_eq!(dialect("adbc:/duckdb/libadbc_driver_sqlite.so?table=t"), sql::Dialect::Sqlite);
        assert_eq!(dialect("adbc:adbc_driver_postgresql?table=t"), sql::Dialect::Postgres);
        assert_eq!(dialect("adbc:flightsql?table=t"), sql::Dialect::Ansi);
        assert_eq!(dialect("adbc:flightsql?table=t&dialect=Spark"), sql::Dialect::Spark);
    }

    #[test]
    fn what_is_no_address_is_told() {
        let faults = [
            ("sqlite:x", "--on: it does not begin with adbc:"),
            ("adbc:?table=t", "it names no driver"),
            ("adbc:sqlite", "it names no table"),
            ("adbc:sqlite?table", "`table` has no value: write table=…"),
            ("adbc:sqlite?table=a&table=b", "`table` is there twice"),
            ("adbc:sqlite?path=x&table=t", "an option of the driver is written option.path="),
            ("adbc:sqlite?table=%2", "table: a % must be followed by two hexadecimal digits"),
            ("adbc:sqlite?table=%ff", "table: what it stands for is not UTF-8"),
            ("adbc:sqlite?table=a%00", "table: it holds a zero byte"),
            ("adbc:sqlite?table=t&dialect=oracle", "`oracle` is none of the dialects that whatif writes"),
        ];
        for (text, told) in faults {
            let fault = Address::parse(text).unwrap_err();
            assert_eq!(fault.code, "whatif::adbc_address");
            assert!(fault.to_string().contains(told), "{text}: {fault}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(adbc:)?[a-z%?&=.\\PC]{0,40}") {
            let _ = Address::parse(&text);
        }
    }
}
