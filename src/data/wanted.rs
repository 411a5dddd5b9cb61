//! Which columns of a table are read, and as what.

/// What is read of a table. Columns that are not named are not looked at.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Wanted {
    /// The variables counted by; each name once.
    pub fields: Vec<Field>,
    /// A variable that is summed up as a number: its name and its column. It is not among `fields`.
    pub numeric: Option<(String, String)>,
    /// A column with the weight of each row: a number, not negative.
    pub weights: Option<String>,
    /// A column that says how many rows each row stands for: a whole number, not negative.
    pub counts: Option<String>,
    /// Unmeasured variables: a column of that name is not read, and a warning says so.
    pub latents: Vec<String>,
    /// Leave rows out in which a wanted value is missing, instead of refusing the table.
    pub drop_missing: bool,
    /// The table is what the query of `whatif counts` returned: see [`Wanted::grouped`].
    pub grouped: bool,
    /// Rows are kept and not counted, at most so many numbers (rows times columns): see [`Wanted::kept`].
    pub rows: Option<usize>,
}

impl Wanted {
    /// The column of a grouped table with the number of rows.
    pub const COUNT: &'static str = "whatif_count";
    /// The column of a grouped table with the sum of weights, where rows have weights.
    pub const WEIGHT: &'static str = "whatif_weight";
    /// The columns of a grouped table with the sum of squared weights, where rows have weights: alone, times the numeric
    /// variable, and times its square. Without the first a table has none of them.
    pub const BY_SQUARES: [&'static str; 3] =
        ["whatif_weight_squares", "whatif_sum_by_weight_squares", "whatif_sum_squares_by_weight_squares"];
    /// The column of a grouped table with the sum of the numeric variable.
    pub const SUM: &'static str = "whatif_sum";
    /// The column of a grouped table with the sum of its squares.
    pub const SUM_SQUARES: &'static str = "whatif_sum_squares";
    /// The column of a grouped table with the number of rows that lack the numeric variable.
    pub const ABSENT: &'static str = "whatif_absent";

    /// The same, to be read from a table in which a database has grouped and counted the rows already: columns bear the
    /// names of variables, values are in their bins, and counts and sums are in columns of their own.
    #[must_use]
    pub fn grouped(mut self) -> Self {
        for field in &mut self.fields {
            field.column.clone_from(&field.variable);
            if let Levels::Bins { names, .. } = &field.levels {
                field.levels = Levels::Declared(names.clone());
            }
        }
        self.counts = Some(Self::COUNT.to_owned());
        self.weights = self.weights.map(|_| Self::WEIGHT.to_owned());
        self.grouped = true;
        self
    }

    /// The same, to be kept row by row, at most so many numbers: what has neither levels nor bins may then be a number.
    #[must_use]
    pub fn kept(mut self, most: usize) -> Self {
        for field in &mut self.fields {
            if field.levels == Levels::Open {
                field.levels = Levels::Any;
            }
        }
        self.rows = Some(most);
        self
    }
}

/// A variable and the column it is read from.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// The variable of the graph.
    pub variable: String,
    /// The column's name.
    pub column: String,
    /// Its levels.
    pub levels: Levels,
}

/// Which levels a column has.
#[derive(Clone, PartialEq, Debug)]
pub enum Levels {
    /// Those that occur.
    Open,
    /// Numbers as they are, or the texts that occur; only where rows are kept.
    Any,
    /// These, in this order. A value is one of them letter by letter, or the same number.
    Declared(Vec<String>),
    /// Bins of numbers. The edges ascend. A bin holds its lower edge and not its upper one.
    Bins {
        /// Where bins meet.
        edges: Vec<f64>,
        /// The bins' names, ascending. One more than edges: the first bin has no lower bound and the last no upper one.
        /// As many: each edge is a lower bound, and the last bin has no upper one. One fewer: between edges only, and
        /// the last bin holds its upper edge too.
        names: Vec<String>,
    },
}

impl Field {
    /// A variable read from a column of its own name, with the levels that occur.
    #[must_use]
    pub fn open(variable: impl Into<String>) -> Self {
        let variable = variable.into();
        Self { column: variable.clone(), variable, levels: Levels::Open }
    }
}

impl Levels {
    /// Bins with names made of their edges: `0..30`, `30..70`, `70..`. Each edge is a lower bound; the last bin has no
    /// upper one.
    #[must_use]
    pub fn bins(edges: &[f64]) -> Self {
        let upper = edges.iter().skip(1).map(ToString::to_string).chain(std::iter::once(String::new()));
        let names = edges.iter().zip(upper).map(|(low, high)| format!("{low}..{high}")).collect();
        Self::Bins { edges: edges.to_vec(), names }
    }
}
