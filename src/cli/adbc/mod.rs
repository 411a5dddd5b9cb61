//! Counts taken where the data are: a database groups and counts, and only its counts come here.
//!
//! In: the address of a table and what is wanted of it. Out: counts, as from a file of them. Must never know: what they
//! are for. Databases are reached through the drivers of Arrow Database Connectivity, which are loaded at run time; only
//! the driver manager's safe face is used. Behind the feature `adbc`.

mod address;
mod values;

use super::input;
use adbc_core::error::Error;
use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, LOAD_FLAG_DEFAULT, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use address::Address;
use arrow_array::RecordBatchReader;
use whatif::data::{self, Header, Schema, Tally, Wanted};
use whatif::source::Diagnostic;
use whatif::sql;

/// Has the database at an address count what is wanted.
pub fn read(address: &str, wanted: &Wanted) -> Result<data::Read, Vec<Diagnostic>> {
    let address = Address::parse(address).map_err(|fault| vec![*fault])?;
    let mut connection = connect(&address).map_err(|fault| vec![*fault])?;
    // No row, but the names of the columns: what is missing is told as of a file.
    let names = format!("SELECT * FROM {} WHERE 1 = 0", address.dialect.table(&address.table));
    let names = ask(&mut connection, &names).map_err(|error| vec![no_table(&address, &error)])?;
    let (schema, mut found) = Schema::new(wanted, header(&address, &*names));
    drop(names);
    if schema.is_none() {
        return Err(found);
    }
    let grouped = wanted.clone().grouped();
    let query = sql::counts(wanted, &address.table, address.dialect);
    let batches = ask(&mut connection, &query).map_err(|error| vec![refused(&address, &error.message)])?;
    let (schema, more) = Schema::new(&grouped, header(&address, &*batches));
    let Some(schema) = schema else { return Err(more) };
    let strange = values::strange(&schema, &batches.schema(), &address.table);
    if !strange.is_empty() {
        return Err(strange);
    }
    let mut tally = Tally::new(&schema);
    for batch in batches {
        let batch = batch.map_err(|error| vec![refused(&address, &error.to_string())])?;
        values::count(&batch, &schema, &mut tally);
        if tally.is_stopped() {
            break;
        }
    }
    let mut read = tally.finish()?;
    found.append(&mut read.warnings);
    Ok(data::Read { warnings: found, ..read })
}

fn connect(address: &Address) -> Result<ManagedConnection, Box<Diagnostic>> {
    let entrypoint = address.entrypoint.as_deref().map(str::as_bytes);
    let driver = ManagedDriver::load_from_name(&address.driver, entrypoint, AdbcVersion::V110, LOAD_FLAG_DEFAULT, None);
    let mut driver = driver.map_err(|error| no_driver(address, &error))?;
    let uri = address.uri.iter().map(|uri| (OptionDatabase::Uri, uri.as_str().into()));
    let others = address.options.iter().map(|(name, value)| (named(name), OptionValue::from(value.as_str())));
    let database = driver.new_database_with_opts(uri.chain(others)).map_err(|error| no_connection(address, &error))?;
    database.new_connection().map_err(|error| no_connection(address, &error))
}

fn named(name: &str) -> OptionDatabase {
    match name {
        "username" => OptionDatabase::Username,
        "password" => OptionDatabase::Password,
        other => OptionDatabase::Other(other.to_owned()),
    }
}

type Batches = Box<dyn RecordBatchReader + Send + 'static>;

fn ask(connection: &mut ManagedConnection, query: &str) -> Result<Batches, Error> {
    let mut statement = connection.new_statement()?;
    // Some drivers put it into a query of their own.
    statement.set_sql_query(query.trim_end().trim_end_matches(';'))?;
    statement.execute()
}

fn header(address: &Address, batches: &dyn RecordBatchReader) -> Header {
    let names = batches.schema().fields().iter().map(|field| field.name().clone()).collect();
    Header { table: address.table.clone(), names, line: None }
}

/// What a driver says, in one paragraph: without the query, and without the mark that some draw below a place in it.
fn plain(message: &str) -> String {
    let lines = message.lines().map(str::trim);
    let told = lines.take_while(|line| !line.to_lowercase().starts_with("query"));
    let words = told.flat_map(str::split_whitespace).filter(|word| word.chars().any(|c| c != '^'));
    words.collect::<Vec<_>>().join(" ")
}

fn no_driver(address: &Address, error: &Error) -> Box<Diagnostic> {
    let message = format!("the driver {} cannot be loaded: {}", address.driver, plain(&error.message));
    let help = "give the path of its shared library, adbc:/usr/lib/libadbc_driver_sqlite.so?…, or the name of an installed \
                driver; one whose entry point is not derived from its name needs that as well: \
                entrypoint=duckdb_adbc_init";
    Box::new(input::without_place("whatif::adbc_driver", "<command line>", message, help))
}

fn no_connection(address: &Address, error: &Error) -> Box<Diagnostic> {
    let message = format!("there is no connection to the database: {}", plain(&error.message));
    let help = match address.uri {
        Some(_) => "check the value of uri= (percent-encoded) and the driver's options, option.NAME=VALUE",
        None => "say where it is: uri=, percent-encoded, or whatever option the driver has for that, option.NAME=VALUE",
    };
    Box::new(input::without_place("whatif::adbc_connection", "<command line>", message, help))
}

fn no_table(address: &Address, error: &Error) -> Diagnostic {
    let message = format!("the table {} cannot be read: {}", address.table, plain(&error.message));
    let help = "check table=; points separate a schema from its table, and case counts";
    input::without_place("whatif::adbc_table", "<command line>", message, help)
}

fn refused(address: &Address, error: &str) -> Diagnostic {
    let message = format!("the database did not count {}: {}", address.table, plain(error));
    let help = "numbers are needed where a variable is summed up or cut into bins; if the query is not understood, say which \
                SQL it speaks: dialect=ansi, duckdb, postgres, sqlite, spark or bigquery";
    input::without_place("whatif::adbc_query", "<command line>", message, help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatif::data::Field;

    #[test]
    fn a_driver_that_is_not_there_is_told() {
        let wanted = Wanted { fields: vec![Field::open("x")], ..Wanted::default() };
        let faults = read("adbc:/no/such/libadbc_driver_sqlite.so?table=t", &wanted).unwrap_err();
        let [fault] = &faults[..] else { panic!("{faults:?}") };
        assert_eq!(fault.code, "whatif::adbc_driver");
        assert!(
            fault.to_string().starts_with("the driver /no/such/libadbc_driver_sqlite.so cannot be loaded: "),
            "{fault}"
        );
    }

    #[test]
    fn a_driver_is_quoted_without_the_query() {
        let message = "[libpq] failed: ERROR: no such thing\nLINE 1: SELECT x\n               ^\nQuery was: SELECT x";
        assert_eq!(plain(message), "[libpq] failed: ERROR: no such thing LINE 1: SELECT x");
    }
}
