//! The formats that other programs write.

use super::{Network, bif, hugin, xmlbif};
use crate::source::{Diagnostic, Source};

/// A file format for networks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Of the bnlearn repository.
    Bif,
    /// In XML.
    XmlBif,
    /// Hugin's `.net`.
    Hugin,
}

impl Format {
    /// By the ending of a file's name, `.gz` after it not counted.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "bif" => Some(Self::Bif),
            "xmlbif" | "bifxml" | "xml" => Some(Self::XmlBif),
            "net" => Some(Self::Hugin),
            _ => None,
        }
    }

    /// Reads a network; with `exact`, the decimals are kept as rationals beside the floats. Besides the network there is
    /// at most a warning, that rows do not sum to one exactly. O(length of the text).
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(self, source: &Source, exact: bool) -> Result<(Network, Vec<Diagnostic>), Diagnostic> {
        match self {
            Self::Bif => bif::read(source, exact),
            Self::XmlBif => xmlbif::read(source, exact),
            Self::Hugin => hugin::read(source, exact),
        }
    }

    /// Writes a network.
    #[must_use]
    pub fn write(self, network: &Network) -> String {
        match self {
            Self::Bif => bif::write(network),
            Self::XmlBif => xmlbif::write(network),
            Self::Hugin => hugin::write(network),
        }
    }
}
