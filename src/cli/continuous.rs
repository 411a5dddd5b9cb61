//! Which way an estimate goes: from counts, or from rows where covariates are numbers.

use super::estimate::{Method, Plan, Tables, counted, dropped};
use super::{data, input};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Instant;
use whatif::answer::Answer;
use whatif::data::{self as table, Levels, Rows};
use whatif::estimate::continuous::{self, Interact, Settings};
use whatif::estimate::{self, Estimate, Needs, Options};
use whatif::problem::Problem;
use whatif::source::Diagnostic;

/// How estimates from rows are made.
#[derive(Args, Clone, Debug)]
pub struct Continuous {
    /// Of whom the effect is asked
    #[arg(long, value_enum, default_value_t = Among::Everybody)]
    pub among: Among,
    /// What the action interacts with in a regression of the outcome: all (one regression for each action), none, or variables
    #[arg(long, value_name = "all|none|VARIABLE,…", default_value = "all", value_parser = interact)]
    pub interact: Interact,
    /// Parts of the rows for aipw: models are fitted on all parts but one, and used on that one
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=100))]
    pub folds: u16,
    /// Leave out who had less than this chance of an action, or of the others, and say to whom the number then applies
    #[arg(long, value_name = "P", value_parser = trim)]
    pub trim: Option<f64>,
    /// With iv: the instrument to take, of those that the graph has
    #[arg(long, value_name = "VARIABLE")]
    pub instrument: Option<String>,
    /// With ipw: take the chances of the actions as known and not as estimated; the interval is wider then
    #[arg(long)]
    pub known_propensity: bool,
}

/// As the command line has them where it says nothing.
impl Default for Continuous {
    fn default() -> Self {
        Self {
            among: Among::Everybody,
            interact: Interact::All,
            folds: 5,
            trim: None,
            known_propensity: false,
            instrument: None,
        }
    }
}

/// How a number is to be found.
#[derive(Clone, Copy)]
pub struct How<'a> {
    pub method: Method,
    pub continuous: &'a Continuous,
    pub jobs: Option<NonZeroUsize>,
}

/// Of whom an effect is asked.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Among {
    /// The whole population
    Everybody,
    /// Those who had the treatment that the question names first
    Treated,
    /// Those who had the treatment that it names second
    Untreated,
}

fn interact(text: &str) -> Result<Interact, String> {
    match text {
        "all" => Ok(Interact::All),
        "none" => Ok(Interact::Only(Vec::new())),
        _ => Ok(Interact::Only(text.split(',').map(|name| name.trim().to_owned()).collect())),
    }
}

fn trim(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "write a number, such as 0.05".to_owned())?;
    if number > 0.0 && number < 0.5 { Ok(number) } else { Err("it lies between 0 and 0.5".to_owned()) }
}

impl Continuous {
    fn among(&self) -> continuous::Among {
        match self.among {
            Among::Everybody => continuous::Among::Everybody,
            Among::Treated => continuous::Among::Treated,
            Among::Untreated => continuous::Among::Untreated,
        }
    }

    fn settings(&self, method: estimate::Method) -> Settings {
        Settings {
            method,
            interact: self.interact.clone(),
            folds: self.folds.into(),
            trim: self.trim,
            known_propensity: self.known_propensity,
            among: self.among(),
        }
    }
}

/// Tables whose rows have been kept, as [`Tables`] are those counted.
type Kept = BTreeMap<(usize, Needs), (Rows, f64)>;

/// What has been read for one file's questions.
#[derive(Default)]
pub struct Read {
    pub counted: Tables,
    kept: Kept,
}

/// One question of one table.
pub struct Question<'a> {
    pub arguments: How<'a>,
    pub plan: &'a Plan,
    pub table: usize,
    pub problem: &'a Problem,
    pub answer: &'a Answer,
    pub options: &'a Options,
}

/// An estimate, and the seconds spent on reading and on itself.
pub type Told = (Estimate, (f64, f64));

impl Question<'_> {
    /// Answers it by the method asked for, or by the one that fits.
    pub fn estimate(&self, read: &mut Read, warnings: &mut Vec<Diagnostic>) -> Result<Told, Vec<Diagnostic>> {
        if self.arguments.method == Method::Iv {
            return self.by_instrument(read, warnings);
        }
        let Some(needs) = estimate::needs(self.answer) else {
            let estimate = estimate::estimate(self.problem, self.answer, &table::Counts::default(), self.options);
            let mut estimate = estimate.map_err(|fault| vec![*fault])?;
            if let (Some(reason), Ok(_)) =
                (&mut estimate.reason, continuous::instrument(self.problem, self.answer, None))
            {
                *reason += "; the graph has an instrument, so if the effect is along a straight line: --method iv";
            }
            return Ok((estimate, (0.0, 0.0)));
        };
        match self.arguments.method {
            Method::PlugIn => self.by_counts(needs, read, warnings),
            Method::Regression => self.by_rows(needs, estimate::Method::Regression, read, warnings),
            Method::Ipw => self.by_rows(needs, estimate::Method::Ipw, read, warnings),
            Method::Aipw => self.by_rows(needs, estimate::Method::Aipw, read, warnings),
            Method::Auto | Method::Iv => self.fitting(needs, read, warnings),
        }
    }

    /// With an instrument of the graph.
    fn by_instrument(&self, read: &mut Read, warnings: &mut Vec<Diagnostic>) -> Result<Told, Vec<Diagnostic>> {
        let wanted = self.arguments.continuous.instrument.as_deref();
        match continuous::instrument(self.problem, self.answer, wanted) {
            Ok(instrument) => {
                let (rows, seconds) = self.kept(instrument.needs(), read, warnings)?;
                let start = Instant::now();
                let found = continuous::estimate_iv(self.problem, self.answer, &instrument, rows, self.options);
                let mut found = found.map_err(|fault| vec![*fault])?;
                if self.arguments.continuous.among != Among::Everybody {
                    found
                        .warnings
                        .push("--among changes nothing here: the slope is taken to be one for all".to_owned());
                }
                Ok((found, (*seconds, start.elapsed().as_secs_f64())))
            }
            Err(reason) => {
                let method = estimate::Method::Iv;
                let none = continuous::unidentified(self.answer, self.options);
                Ok((Estimate { reason: Some(reason), method, ..none }, (0.0, 0.0)))
            }
        }
    }

    /// The rows that are needed, read once.
    pub fn kept<'r>(
        &self,
        needs: Needs,
        read: &'r mut Read,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<&'r (Rows, f64), Vec<Diagnostic>> {
        let key = (self.table, needs);
        if !read.kept.contains_key(&key) {
            let kept = self.keep(&key.1, warnings)?;
            read.kept.insert(key.clone(), kept);
        }
        Ok(&read.kept[&key])
    }

    /// From counts, unless what is adjusted for are numbers.
    fn fitting(&self, needs: Needs, read: &mut Read, warnings: &mut Vec<Diagnostic>) -> Result<Told, Vec<Diagnostic>> {
        let Some(numbers) = self.countable(&needs, read, warnings)? else {
            return self.by_rows(needs, estimate::Method::Aipw, read, warnings);
        };
        let mut told = self.by_counts(needs, read, warnings)?;
        if let (Err(why), Some(name), Some(reason)) =
            (continuous::covariates(self.answer), numbers.first(), &mut told.0.reason)
        {
            let cut = read.counted.values().find_map(|(counts, _)| continuous::bins_of_counts(counts, name));
            *reason += &format!(
                "; {name} is a number, and numbers are used as they are for adjustments only ({why}): cut it into \
                 bins, for example {}",
                cut.unwrap_or_default()
            );
        }
        Ok(told)
    }

    /// The variables that are numbers without levels or bins, where counts will do all the same; None where what is
    /// adjusted for is among them, so that rows are needed.
    pub fn countable(
        &self,
        needs: &Needs,
        read: &mut Read,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Option<Vec<String>>, Vec<Diagnostic>> {
        let covariates = continuous::covariates(self.answer);
        let open = self.open(needs)?;
        let told = warnings.len();
        let counted = match counted(
            (self.plan, self.table),
            self.arguments.jobs,
            (self.problem, self.answer),
            needs.clone(),
            &mut read.counted,
            warnings,
        ) {
            Ok((counts, _)) => {
                let is_number = |name: &String| {
                    counts.position(name).is_some_and(|at| table::is_number(&counts.columns[at].levels))
                };
                Ok(open.iter().filter(|name| is_number(name)).cloned().collect::<Vec<_>>())
            }
            Err(faults) => Err(faults),
        };
        match (covariates, counted) {
            (Ok(covariates), Ok(numbers)) if numbers.iter().any(|name| covariates.contains(name)) => {
                warnings.truncate(told);
                Ok(None)
            }
            (Ok(covariates), Err(faults))
                if faults.iter().all(too_many)
                    && open.iter().any(|name| covariates.contains(name))
                    && self.is_rows() =>
            {
                warnings.truncate(told);
                Ok(None)
            }
            (_, Err(faults)) => Err(faults),
            (_, Ok(numbers)) => Ok(Some(numbers)),
        }
    }

    /// Whether the table has rows, and no counts instead.
    fn is_rows(&self) -> bool {
        self.plan.tables.get(self.table).is_some_and(|table| table.data.is_some())
    }

    /// The variables that have neither levels nor bins.
    fn open(&self, needs: &Needs) -> Result<Vec<String>, Vec<Diagnostic>> {
        let Some(table) = self.plan.tables.get(self.table) else { return Ok(Vec::new()) };
        let wanted = table.columns.wanted(self.problem, self.answer, &needs.columns, needs.numeric.as_deref());
        let fields = wanted.map_err(|fault| vec![*fault])?.fields.into_iter();
        Ok(fields.filter(|field| field.levels == Levels::Open).map(|field| field.variable).collect())
    }

    fn by_counts(
        &self,
        needs: Needs,
        read: &mut Read,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Told, Vec<Diagnostic>> {
        let asked = (self.problem, self.answer);
        let (counts, seconds) =
            counted((self.plan, self.table), self.arguments.jobs, asked, needs, &mut read.counted, warnings)?;
        let start = Instant::now();
        let among = self.arguments.continuous.among();
        let found = continuous::from_counts(self.problem, self.answer, counts, self.options, among);
        let mut found = found.map_err(|fault| vec![*fault])?;
        let Continuous { trim, known_propensity, .. } = &self.arguments.continuous;
        if trim.is_some() || *known_propensity {
            found.warnings.push("--trim and --known-propensity are about models, and plug-in has none".to_owned());
        }
        Ok((found, (*seconds, start.elapsed().as_secs_f64())))
    }

    fn by_rows(
        &self,
        needs: Needs,
        method: estimate::Method,
        read: &mut Read,
        warnings: &mut Vec<Diagnostic>,
    ) -> Result<Told, Vec<Diagnostic>> {
        let (rows, seconds) = self.kept(needs, read, warnings)?;
        let start = Instant::now();
        let settings = self.arguments.continuous.settings(method);
        let found = continuous::estimate(self.problem, self.answer, rows, self.options, &settings);
        let found = found.map_err(|fault| vec![*fault])?;
        Ok((found, (*seconds, start.elapsed().as_secs_f64())))
    }

    /// Reads the rows.
    fn keep(&self, needs: &Needs, warnings: &mut Vec<Diagnostic>) -> Result<(Rows, f64), Vec<Diagnostic>> {
        let start = Instant::now();
        let table = self.plan.tables.get(self.table).ok_or_else(Vec::new)?;
        let Some(path) = &table.data else {
            let message = "numbers as they are need the rows themselves, and these data are counts".to_owned();
            let help = "give the table: --data visits.csv; or cut numbers into bins and take --method plug-in";
            return Err(vec![input::without_place("whatif::rows_needed", self.problem.source.name(), message, help)]);
        };
        let wanted = table.columns.wanted(self.problem, self.answer, &needs.columns, needs.numeric.as_deref());
        let wanted = wanted.map_err(|fault| vec![*fault])?.kept(whatif::data::MAX_NUMBERS);
        if path.as_os_str() == "-" && self.arguments.method == Method::Auto {
            let message = "standard input has been read once, to see what is in it".to_owned();
            let help = "say which method is meant: --method aipw; or give the table as a file";
            return Err(vec![input::without_place("whatif::read_once", "<stdin>", message, help)]);
        }
        let found = data::read(path, &wanted, self.arguments.jobs)?;
        warnings.extend(found.warnings);
        if found.dropped > 0 {
            warnings.push(dropped(found.dropped, self.problem));
        }
        Ok((found.rows.unwrap_or_default(), start.elapsed().as_secs_f64()))
    }
}

/// Whether a table has too many combinations to be counted.
fn too_many(fault: &Diagnostic) -> bool {
    ["whatif::data_too_many_levels", "whatif::data_too_many_cells"].contains(&fault.code)
}
