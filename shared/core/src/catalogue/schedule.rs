//! Functions that run by a schedule, and what they declare.

use serde_json::{Value, json};

use super::{Resource, Settings};
use crate::EventType;

/// A function that runs by a schedule: it finishes what was left unfinished.
pub trait Scheduled: Send + Sync + 'static {
    /// The function's name, a command (`sweep-checkouts`): file, binary and function.
    const NAME: &'static str;
    /// The service that owns it: the name of its crate.
    const SERVICE: &'static str;
    /// How often it runs: 1 to 60. Its time-out is no longer than that, so that two runs do not meet.
    const EVERY_MINUTES: u32 = 1;
    /// Time-out and memory.
    const SETTINGS: Settings = Settings::DEFAULT;
    /// What the function may touch.
    const USES: &'static [Resource] = &[];
    /// The events that it publishes.
    const PUBLISHES: &'static [EventType] = &[];
}

/// What a function that runs by a schedule declares, as data.
#[derive(Debug, Clone)]
pub struct DeclaredSchedule {
    /// [`Scheduled::NAME`].
    pub name: &'static str,
    /// [`Scheduled::SERVICE`].
    pub service: &'static str,
    /// [`Scheduled::EVERY_MINUTES`].
    pub every_minutes: u32,
    /// [`Scheduled::SETTINGS`].
    pub settings: Settings,
    /// [`Scheduled::USES`].
    pub uses: &'static [Resource],
    /// [`Scheduled::PUBLISHES`].
    pub publishes: &'static [EventType],
}

impl DeclaredSchedule {
    /// What this function declares.
    #[must_use]
    pub const fn by<S: Scheduled>() -> Self {
        Self {
            name: S::NAME,
            service: S::SERVICE,
            every_minutes: S::EVERY_MINUTES,
            settings: S::SETTINGS,
            uses: S::USES,
            publishes: S::PUBLISHES,
        }
    }
}

/// What the catalogue says of a function that runs by a schedule.
#[must_use]
pub fn scheduled(function: &DeclaredSchedule) -> Value {
    json!({
        "name": function.name,
        "service": function.service,
        "publishes": function.publishes,
        "timeoutSeconds": function.settings.timeout.as_secs(),
        "memoryMb": function.settings.memory_mb,
        "everyMinutes": function.every_minutes,
        "uses": function.uses,
    })
}
