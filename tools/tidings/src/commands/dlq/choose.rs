//! Which letters: the arguments of a selection.

use std::time::Duration;

use anyhow::ensure;
use jiff::SignedDuration;
use tidings_operations::Selection;

/// Letters that fit all that is said.
#[derive(clap::Args)]
pub struct Chosen {
    /// Of this consumer. Can be given several times.
    #[arg(long, value_name = "NAME")]
    consumer: Vec<String>,
    /// Events of this type (order.placed).
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Failures of this class, as `list` shows it.
    #[arg(long)]
    class: Option<String>,
    /// A part of the cause's words.
    #[arg(long, value_name = "WORDS")]
    cause: Option<String>,
    /// The event, by its id or its key (source#id).
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Events of this chain.
    #[arg(long, value_name = "ID")]
    correlation: Option<String>,
    /// Of this group, as `list` shows it. Can be given several times.
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// Letters since longer than this (2h, 3d).
    #[arg(long, value_name = "TIME", value_parser = time)]
    older_than: Option<Duration>,
    /// Letters since shorter than this.
    #[arg(long, value_name = "TIME", value_parser = time)]
    newer_than: Option<Duration>,
    /// These letters, by their ids or how those begin.
    #[arg(value_name = "LETTER")]
    letters: Vec<String>,
}

impl Chosen {
    pub fn selection(&self) -> Selection {
        Selection {
            consumers: self.consumer.clone(),
            event_type: self.event_type.clone(),
            class: self.class.clone(),
            cause: self.cause.clone(),
            event: self.event.clone(),
            correlation: self.correlation.clone(),
            groups: self.group.clone(),
            letters: self.letters.clone(),
            older_than: self.older_than,
            newer_than: self.newer_than,
        }
    }
}

/// A time as people write it: 90s, 2h, 3d.
pub fn time(text: &str) -> Result<Duration, String> {
    // Of days the parser knows no length; here they have 24 hours.
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u64>().ok()) {
        return Ok(Duration::from_secs(days * 24 * 60 * 60));
    }
    let time = text.parse::<SignedDuration>();
    let time = time.map_err(|error| error.to_string())?;
    Duration::try_from(time).map_err(|_| "it is before now".to_owned())
}

/// Everything is chosen only by who says so.
pub fn not_by_accident(selection: &Selection, all: bool) -> anyhow::Result<()> {
    ensure!(
        all || !selection.is_everything(),
        "say which letters (by their ids, --group, --consumer and others), or --all"
    );
    Ok(())
}
