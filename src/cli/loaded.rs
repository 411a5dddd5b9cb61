//! What numbers are computed from: a network file, or a model of a `.causal` file.

use super::input::{self, without_place};
use super::network;
use std::path::Path;
use std::sync::Arc;
use whatif::model::{self, Linear, Model, Role};
use whatif::network::{Format, Network};
use whatif::problem::Problem;
use whatif::source::Diagnostic;

/// A file with numbers, read.
pub struct Loaded {
    /// As people call it: the file, and the model in it.
    pub name: String,
    pub what: What,
    /// Every variable's name and whether it is measured, latent or noise, by position.
    pub roles: Vec<Role>,
    pub warnings: Vec<Diagnostic>,
}

/// What a file holds.
pub enum What {
    Network(Network),
    Linear(Linear),
}

/// Reads a network or a model by the file's name; the model's name may be left out where there is one.
pub fn load(path: &Path, model: Option<&str>, exact: bool) -> Result<Loaded, Vec<Diagnostic>> {
    let name = path.display().to_string();
    if is_causal(path) {
        return load_model(path, &name, model);
    }
    let (network, warnings) = network::read(path, exact).map_err(|found| vec![found])?;
    if let Some(model) = model {
        return Err(vec![without_place(
            "whatif::no_such_model",
            &name,
            format!("there is no model `{model}`: {name} holds one network, which needs no name"),
            "leave out --model",
        )]);
    }
    let roles = vec![Role::Measured; network.len()];
    Ok(Loaded { name, what: What::Network(network), roles, warnings })
}

/// Whether a file is in the language of whatif, by its name.
pub fn is_causal(path: &Path) -> bool {
    path.as_os_str() == "-" || path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("causal"))
}

/// Whether a file holds a network, by its name.
pub fn is_network(path: &Path) -> bool {
    Format::of_name(&path.display().to_string()).is_some()
}

fn load_model(path: &Path, name: &str, wanted: Option<&str>) -> Result<Loaded, Vec<Diagnostic>> {
    let file = input::file(path);
    let Some(problem) = file.problem else { return Err(file.diagnostics) };
    let model = choose(&problem, name, wanted).map_err(|found| vec![found])?;
    let name = format!("{name}, {model}");
    // A model that was chosen is there.
    let model = problem.models.get(&model).map(|entry| Arc::clone(&entry.model));
    let model = model.unwrap_or_else(|| Arc::new(Model::Discrete(model::Network::default())));
    let (what, roles) = match &*model {
        Model::Discrete(network) => {
            let roles = network.variables.iter().map(|variable| variable.role).collect();
            let network = network.to_bayesian(&name).map_err(|error| {
                vec![without_place(
                    "whatif::network_too_large",
                    &name,
                    format!("the model is too large: {error}"),
                    "a model of this size cannot be computed with",
                )]
            })?;
            (What::Network(network), roles)
        }
        Model::Linear(linear) => {
            (What::Linear(linear.clone()), linear.variables.iter().map(|variable| variable.role).collect())
        }
    };
    Ok(Loaded { name, what, roles, warnings: file.diagnostics })
}

/// The name of the model wanted, or of the only one.
fn choose(problem: &Problem, file: &str, wanted: Option<&str>) -> Result<String, Diagnostic> {
    let names: Vec<&String> = problem.models.keys().collect();
    let list = || names.iter().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match (wanted, names.as_slice()) {
        (_, []) => Err(without_place(
            "whatif::no_model",
            file,
            format!("{file} holds no model, so there are no numbers to compute with"),
            "add one: model m of GRAPH { … }; examples/models shows how",
        )),
        (None, [only]) => Ok((*only).clone()),
        (None, _) => Err(without_place(
            "whatif::which_model",
            file,
            format!("{file} holds {} models: {}", names.len(), list()),
            &format!("say which: --model {}", names[0]),
        )),
        (Some(wanted), _) if problem.models.contains_key(wanted) => Ok(wanted.to_owned()),
        (Some(wanted), _) => Err(without_place(
            "whatif::no_such_model",
            file,
            format!("there is no model `{wanted}` in {file}"),
            &format!("its models are {}", list()),
        )),
    }
}
