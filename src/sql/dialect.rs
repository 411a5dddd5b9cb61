//! How databases differ.

/// A kind of database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Standard SQL.
    Ansi,
    /// DuckDB.
    DuckDb,
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// Apache Spark.
    Spark,
    /// Google BigQuery.
    BigQuery,
}

impl Dialect {
    /// A name, quoted: nothing in it is read as anything else.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Self::Ansi | Self::DuckDb | Self::Postgres | Self::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Spark => format!("`{}`", name.replace('`', "``")),
            Self::BigQuery => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
        }
    }

    /// A table's name. Points separate its parts.
    #[must_use]
    pub fn table(self, name: &str) -> String {
        name.split('.').map(|part| self.name(part)).collect::<Vec<_>>().join(".")
    }

    /// A text, quoted.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        match self {
            Self::Ansi | Self::DuckDb | Self::Postgres | Self::Sqlite => format!("'{}'", text.replace('\'', "''")),
            Self::Spark | Self::BigQuery => {
                let text = text.replace('\\', "\\\\").replace('\'', "\\'");
                format!("'{}'", text.replace('\n', "\\n").replace('\r', "\\r"))
            }
        }
    }

    /// The type of whole numbers of 64 bits.
    pub(super) const fn whole(self) -> &'static str {
        match self {
            Self::Ansi | Self::DuckDb | Self::Postgres | Self::Spark => "BIGINT",
            Self::Sqlite => "INTEGER",
            Self::BigQuery => "INT64",
        }
    }

    /// The type of floats of 64 bits.
    pub(super) const fn float(self) -> &'static str {
        match self {
            Self::Ansi | Self::Postgres => "DOUBLE PRECISION",
            Self::DuckDb | Self::Spark => "DOUBLE",
            Self::Sqlite => "REAL",
            Self::BigQuery => "FLOAT64",
        }
    }

    /// The type of texts.
    pub(super) const fn texts(self) -> &'static str {
        match self {
            Self::Ansi => "VARCHAR(1024)",
            Self::DuckDb => "VARCHAR",
            Self::Postgres | Self::Sqlite => "TEXT",
            Self::Spark | Self::BigQuery => "STRING",
        }
    }
}
