//! Every file in `events/` against the types that write and read it.
//!
//! - [`samples_are_read`]: released samples stay readable.
//! - [`schemas_are_kept`]: the schemas beside them are what the code says, and the samples are valid
//!   by them.
//! - [`schemas_are_exact`]: a schema takes what the type takes, and nothing else; what is written is
//!   what the schema as written says.

mod contracts;
mod mutants;
mod samples;
mod samples_are_read;
mod schemas_are_exact;
mod schemas_are_kept;
