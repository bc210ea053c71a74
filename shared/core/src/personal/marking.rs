//! Finding the personal values of an event by their type: while [`marked`] serialises it, each is written with a mark around it.
//!
//! A serialiser is told nothing of types, and a list of fields beside the type could miss one. So the type itself tells, and it must
//! know whether it is asked: for the length of one call, on one thread.

use std::cell::Cell;

use serde::{Serialize, Serializer};

/// The one member of a mark. No event has a field of this name.
pub(super) const MARK: &str = "$tidings::personal";

thread_local! {
    /// How many marks the serialisation that runs has made; none where none runs that asks for marks.
    static MARKS: Cell<Option<usize>> = const { Cell::new(None) };
}

/// What `serialise` answers, and how many marks it has made.
pub(super) fn marked<T>(serialise: impl FnOnce() -> T) -> (T, usize) {
    struct Before(Option<usize>);
    impl Drop for Before {
        // Also when `serialise` panics: the thread goes on with other events.
        fn drop(&mut self) {
            MARKS.set(self.0);
        }
    }
    let _before = Before(MARKS.replace(Some(0)));
    let serialised = serialise();
    (serialised, MARKS.get().unwrap_or_default())
}

/// Writes a value in the clear; with a mark around it where marks are asked for.
pub(super) fn write<S: Serializer>(value: &impl Serialize, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Mark<'a, T> {
        #[serde(rename = "$tidings::personal")]
        value: &'a T,
    }
    let Some(marks) = MARKS.get() else {
        return value.serialize(serializer);
    };
    MARKS.set(Some(marks + 1));
    Mark { value }.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::personal::Personal;

    #[test]
    fn marks_are_made_where_they_are_asked_for_and_nowhere_else() {
        let name: Personal<String> = "Ada".into();
        assert_eq!(to_value(&name).unwrap(), json!("Ada"));
        let (written, marks) = marked(|| to_value([&name, &name]).unwrap());
        assert_eq!(written, json!([{ MARK: "Ada" }, { MARK: "Ada" }]));
        assert_eq!(marks, 2);
        assert_eq!(to_value(&name).unwrap(), json!("Ada"));
    }

    #[test]
    fn a_panic_leaves_no_marks_behind() {
        let panicked = std::panic::catch_unwind(|| marked(|| panic!("a bug of a type")));
        assert!(panicked.is_err());
        assert_eq!(to_value(Personal::<String>::from("Ada")).unwrap(), json!("Ada"));
    }
}
