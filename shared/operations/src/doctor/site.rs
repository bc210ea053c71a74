//! Where a system is examined, and how commands name it.

/// Where a system is examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// What is deployed, and the stage's name, if it has one.
    Deployed(Option<String>),
    /// A local run, by its address.
    Run(String),
    /// The data file of a run that has ended.
    File(String),
}

impl Site {
    /// A command of `tidings`, as it is given for this place.
    #[must_use]
    pub fn command(&self, verb: &str) -> String {
        match self {
            Self::Deployed(None) => format!("tidings {verb}"),
            Self::Deployed(Some(stage)) => format!("tidings {verb} --stage {stage}"),
            Self::Run(address) => format!("tidings {verb} --local {address}"),
            Self::File(path) => format!("tidings {verb} --data {path}"),
        }
    }

    /// The command that shows the log of a function; a local run prints its own.
    #[must_use]
    pub fn log(&self, function: &str) -> String {
        match self {
            Self::Deployed(stage) => {
                let stage = stage
                    .as_ref()
                    .map_or_else(String::new, |stage| format!("{stage}-"));
                format!("aws logs tail /aws/lambda/{stage}{function} --since 15m")
            }
            // Nothing else publishes there: a run begins with what an earlier one left.
            Self::Run(_) => "make run".to_owned(),
            Self::File(path) => format!("tidings local --data {path}"),
        }
    }
}
