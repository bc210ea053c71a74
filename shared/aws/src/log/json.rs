//! The form of a log line in JSON.

use std::fmt::{self, Write as _};

use lambda_runtime::tracing::subscriber::{
    fmt::{
        FmtContext, FormattedFields,
        format::{FormatEvent, FormatFields as _, JsonFields, Writer},
    },
    registry::LookupSpan,
};
use tracing::{Event, Subscriber};

use super::DELIVERY;

/// A line is one object: `level`, then flat what the invocation and the delivery say (`requestId`, `event_id`, ...),
/// then `fields`, the line's own, with `message`. Spans that a handler opens are in `spans`.
///
/// tracing-subscriber's own JSON writes the current span twice and all ids below `span`, and parses every span's
/// fields anew for each line: three times the bytes and twice the time.
#[derive(Debug, Clone, Copy)]
pub struct JsonLine;

/// The spans whose fields are flat: nobody else's can have the same names.
const FLAT: [&str; 2] = ["Lambda runtime invoke", DELIVERY];

impl<S> FormatEvent<S, JsonFields> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        write!(line, r#"{{"level":"{}""#, event.metadata().level())?;
        let mut others = String::new();
        for span in context
            .event_scope()
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            let extensions = span.extensions();
            let Some(formatted) = extensions.get::<FormattedFields<JsonFields>>() else {
                continue;
            };
            let object = formatted.fields.as_str();
            match object.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some("") | None => {}
                Some(fields) if FLAT.contains(&span.name()) => write!(line, ",{fields}")?,
                Some(_) => {
                    let comma = if others.is_empty() { "" } else { "," };
                    write!(others, "{comma}{object}")?;
                }
            }
        }
        line.write_str(r#","fields":"#)?;
        context.format_fields(line.by_ref(), event)?;
        if !others.is_empty() {
            write!(line, r#","spans":[{others}]"#)?;
        }
        line.write_str("}\n")
    }
}
