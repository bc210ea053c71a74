//! What a function that asks counts: answers that it dropped.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use metrique::{
    emf::Emf,
    writer::{Entry, EntryWriter, format::Format as _},
};
use tidings_core::{Clock, clock::SystemClock};
use tracing::warn;

use super::{
    NAMESPACE,
    lines::{Count, Who, stamp},
};
use crate::{
    environment::optional,
    request::{Dropped, ObserveReplies},
};

/// Writes an EMF line for each answer that is dropped; there should be few.
pub struct ReplyMetrics {
    who: Who,
    clock: Arc<dyn Clock>,
    state: Mutex<(Emf, Box<dyn Write + Send>)>,
}

impl ReplyMetrics {
    /// Of the function `name` of `service`, on standard output, where Lambda takes them to CloudWatch.
    #[must_use]
    pub fn of(service: &'static str, name: &str) -> Self {
        let function = optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_else(|| name.to_owned());
        Self::written_to(service, function, Arc::new(SystemClock), io::stdout())
    }

    /// Of this function, written to `out`.
    #[must_use]
    pub fn written_to(
        service: &'static str,
        function: String,
        clock: Arc<dyn Clock>,
        out: impl Write + Send + 'static,
    ) -> Self {
        let dimensions = Who::DIMENSIONS.map(ToOwned::to_owned).to_vec();
        let emf = Emf::builder(NAMESPACE.to_owned(), vec![dimensions]).build();
        Self {
            who: Who { service, function },
            clock,
            state: Mutex::new((emf, Box::new(out))),
        }
    }

    fn write(&self, dropped: Dropped) -> Result<(), metrique::writer::IoStreamError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (emf, out) = &mut *state;
        let mut line = Vec::new();
        emf.format(
            &DroppedLine {
                metrics: self,
                dropped,
            },
            &mut line,
        )?;
        out.write_all(&line)?;
        Ok(out.flush()?)
    }
}

impl ObserveReplies for ReplyMetrics {
    fn dropped(&self, dropped: Dropped) {
        if let Err(error) = self.write(dropped) {
            warn!(%error, "a dropped answer was not counted");
        }
    }
}

struct DroppedLine<'m> {
    metrics: &'m ReplyMetrics,
    dropped: Dropped,
}

impl Entry for DroppedLine<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        stamp(writer, self.metrics.clock.now());
        let name = match self.dropped {
            Dropped::Late => "LateReplies",
            Dropped::Unknown => "UnknownReplies",
            Dropped::Unreadable => "UnreadableReplies",
        };
        writer.value(name, &Count(1));
        self.metrics.who.write(writer);
    }
}
