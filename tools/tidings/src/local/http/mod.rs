//! The HTTP surface of the local run: every endpoint at its method and path ([`routes`]), asked as a Function URL asks ([`exchange`]), and their
//! description, for programs and as a page at `/api` ([`page`]). Besides, the schemas of what is published ([`schemas`]), and the catalogue of
//! the system ([`catalogue`]).

pub mod catalogue;
mod exchange;
mod origin;
mod page;
mod routes;
pub mod schemas;
mod watched;

pub use exchange::request;
pub use origin::Origin;
pub use routes::routes;
pub use watched::serve_watched;
