//! `tidings catalog search`.

use std::process::ExitCode;

use anyhow::ensure;
use tidings_catalogue::Query;

use super::{print, source::Source};

/// What `tidings catalog search --help` says.
pub const ABOUT: &str = "\
Finds things by words, fields, services and functions.

Words are looked for in names, fields and their descriptions, whatever their case; each must be there. What else is asked for must be true \
as well: `--personal --consumer sync-crm` finds what sync-crm takes that holds something personal.

Exit code 1 says that nothing was found.";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Words that stand in a name, a field or a description.
    words: Vec<String>,
    /// Events of this domain: what stands before the first dot of their type.
    #[arg(long)]
    domain: Option<String>,
    /// Events, commands and answers of this type; `*` stands for anything.
    #[arg(long = "type", value_name = "TYPE")]
    name: Option<String>,
    /// What has this field: its name, or its path like `items[].sku`.
    #[arg(long)]
    field: Option<String>,
    /// What holds something personal.
    #[arg(long)]
    personal: bool,
    /// What holds nothing personal.
    #[arg(long, conflicts_with = "personal")]
    not_personal: bool,
    /// What this function states or sends.
    #[arg(long, value_name = "FUNCTION")]
    producer: Option<String>,
    /// What this consumer takes or handles.
    #[arg(long)]
    consumer: Option<String>,
    /// What this service owns.
    #[arg(long)]
    service: Option<String>,
    /// What has a version that is deprecated.
    #[arg(long)]
    deprecated: bool,
    #[command(flatten)]
    source: Source,
    /// Prints JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// Prints what is found.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let document = arguments.source.read().await?;
    for name in [&arguments.producer, &arguments.consumer].into_iter().flatten() {
        if let Err(code) = super::found(&document, &format!("function:{name}")) {
            return Ok(code);
        }
    }
    let query = Query {
        words: arguments.words,
        domain: arguments.domain,
        name: arguments.name,
        field: arguments.field,
        personal: match (arguments.personal, arguments.not_personal) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        producer: arguments.producer,
        consumer: arguments.consumer,
        service: arguments.service,
        deprecated: arguments.deprecated,
    };
    ensure!(
        query != Query::default(),
        "nothing to look for: name a word, or what must be true (--help)"
    );
    let found = document.search(&query);
    print(&found, arguments.json)?;
    if found.0.is_empty() && !arguments.json {
        eprintln!("Nothing is so.");
    }
    Ok(if found.0.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
