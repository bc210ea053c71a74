//! The form of a log line in JSON.

use std::fmt::{self, Write as _};

use jiff::Timestamp;
use tracing::{Event, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormattedFields,
        format::{FormatEvent, FormatFields as _, JsonFields, Writer},
    },
    registry::LookupSpan,
};

use super::DELIVERY;

/// A line is one object: `timestamp` (RFC 3339) and `level`, without which Lambda's own filter takes a line for one of INFO, whatever it is (AWS:
/// Lambda, "Log-level filtering"); then flat what the invocation and the delivery say (`requestId`, `event_id`, ...),
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
        let level = event.metadata().level();
        write!(
            line,
            r#"{{"timestamp":"{:.3}","level":"{level}""#,
            Timestamp::now()
        )?;
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

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use serde_json::Value;
    use tracing::{debug, error, info, warn};

    use super::super::{filtered::passes, json_lines};

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_passes_lambdas_own_filter_as_its_level_says() {
        let captured = Captured::default();
        let writer = captured.clone();
        tracing::subscriber::with_default(
            json_lines(move || writer.clone(), "trace".parse().unwrap()),
            || {
                // The span is none of the line's level.
                let _delivery = crate::log::delivery("feed-bear", None, Some("m1"), 1).entered();
                debug!("it looks");
                info!("it eats");
                warn!("it growls");
                error!("it bites");
            },
        );
        let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
        let kept = |setting: &str| {
            let lines = log.lines().filter(|line| passes(line, setting));
            let message = |line| serde_json::from_str::<Value>(line).unwrap()["fields"]["message"].clone();
            lines.map(message).collect::<Vec<_>>()
        };
        assert_eq!(kept("DEBUG"), ["it looks", "it eats", "it growls", "it bites"]);
        assert_eq!(kept("INFO"), ["it eats", "it growls", "it bites"]);
        assert_eq!(kept("WARN"), ["it growls", "it bites"]);
        assert_eq!(kept("ERROR"), ["it bites"]);
        assert_eq!(kept("FATAL"), [""; 0]);
    }
}
