//! `tidings catalog graph`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::ValueEnum;
use tidings_catalogue::graph::{Direction, Layers, Reach};

use super::{found, say, source::Source};

/// What `tidings catalog graph --help` says.
pub const ABOUT: &str = "\
Draws who speaks to whom: functions, and the events and commands between them.

With a name the picture begins there and goes both ways, as far as arrows lead: what causes it, and what it causes. \
--downstream and --upstream go one way, --depth says how many arrows far. Without a name it is the whole system, where a consumer \
of every event has one arrow and not one from each.

Mermaid is drawn by GitHub and GitLab in Markdown, DOT by Graphviz, and SVG by any browser:
  tidings catalog graph order.placed --form svg --output order.svg";

/// The command's arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Where it begins: an event, a command, a function, a table or a service.
    name: Option<String>,
    /// Only what it causes.
    #[arg(long, requires = "name")]
    downstream: bool,
    /// Only what causes it.
    #[arg(long, requires = "name", conflicts_with = "downstream")]
    upstream: bool,
    /// How many arrows far; as far as they lead, unless told.
    #[arg(long, requires = "name")]
    depth: Option<usize>,
    /// Draws tables and buckets as well.
    #[arg(long)]
    tables: bool,
    /// Draws providers and mail as well.
    #[arg(long)]
    outside: bool,
    /// In which form.
    #[arg(long, value_enum, default_value = "mermaid")]
    form: Form,
    /// Writes it into this file.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// Prints nodes and edges as JSON, for scripts.
    #[arg(long, conflicts_with = "form")]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    Mermaid,
    Dot,
    Svg,
}

/// Draws it.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let document = arguments.source.read().await?;
    let from = match &arguments.name {
        None => None,
        Some(name) => match found(&document, name) {
            Ok(things) => Some(things),
            Err(code) => return Ok(code),
        },
    };
    let is_table = |thing: &tidings_catalogue::Thing<'_>| thing.kind() == "table";
    let graph = document.graph(Layers {
        tables: arguments.tables || from.iter().flatten().all(is_table) && from.is_some(),
        outside: arguments.outside,
        folded: from.is_none(),
    });
    let direction = match (arguments.downstream, arguments.upstream) {
        (true, _) => Direction::Downstream,
        (_, true) => Direction::Upstream,
        _ => Direction::Both,
    };
    let reach = Reach {
        direction,
        depth: arguments.depth,
    };
    let graph = match &from {
        Some(things) => graph.reach(&document, things, reach),
        None => graph,
    };
    let title = match &arguments.name {
        Some(name) => format!("{name} in {}", document.system),
        None => format!("Who speaks to whom in {}", document.system),
    };
    let text = match arguments.form {
        _ if arguments.json => format!("{}\n", serde_json::to_string_pretty(&graph)?),
        Form::Mermaid => graph.mermaid(),
        Form::Dot => graph.dot(),
        Form::Svg => graph.svg(&title),
    };
    match &arguments.output {
        Some(file) => fs::write(file, text).with_context(|| file.display().to_string())?,
        None => say(&text)?,
    }
    Ok(ExitCode::SUCCESS)
}
