//! Pages, each made of what it shows. What is put into them is text: it is escaped, whatever it holds.

pub mod act;
pub mod consumers;
pub mod explained;
pub mod flow;
pub mod layout;
pub mod letter;
pub mod letters;
pub mod time;
pub mod trace;
pub mod waterfall;
