//! What the program is held to, measured: assignment, drags, undo, search trees, memory of the history.
//!
//! Prints a JSON line for each measure: name, town, n, median, p99, unit; all times are processor time. Words on the
//! command line choose groups: assign, check, drag, tree, history. `scripts/oracles/peers.py` runs this and the peers in one
//! run.

mod assign;
mod check;
mod drag;
mod history;
mod measure;
mod town;
mod tree;

use town::Res;

fn main() -> Res<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |group: &str| words.is_empty() || words.iter().any(|w| w == group);
    town::each(|mut town| {
        if wanted("assign") {
            assign::run(&town)?;
        }
        if wanted("check") {
            check::run(&town)?;
        }
        if wanted("tree") {
            tree::run(&town)?;
        }
        if wanted("drag") {
            drag::run(&mut town)?;
        }
        if wanted("history") {
            history::run(&mut town)?;
        }
        Ok(())
    })
}
