//! `tidings catalog list`.

use std::process::ExitCode;

use clap::ValueEnum;
use tidings_catalogue::Kind;

use super::{print, source::Source};

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Of which kind; all of them, if none is named.
    #[arg(value_enum)]
    kinds: Vec<Listed>,
    #[command(flatten)]
    source: Source,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// What can be listed.
#[derive(Clone, Copy, ValueEnum)]
enum Listed {
    Events,
    Commands,
    Publishers,
    Consumers,
    Tables,
    Services,
}

impl From<Listed> for Kind {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Events => Self::Events,
            Listed::Commands => Self::Commands,
            Listed::Publishers => Self::Publishers,
            Listed::Consumers => Self::Consumers,
            Listed::Tables => Self::Tables,
            Listed::Services => Self::Services,
        }
    }
}

/// Prints the list.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let document = arguments.source.read().await?;
    let kinds: Vec<_> = arguments.kinds.into_iter().map(Kind::from).collect();
    print(&document.list(&kinds), arguments.json)?;
    Ok(ExitCode::SUCCESS)
}
