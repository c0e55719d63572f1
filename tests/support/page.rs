//! The table of faults as a page for users: `docs/faults.md`.

use std::fmt::Write;

use crate::faults::{Row, rows};

const HEAD: &str = "\
# What happens to my money if …

Every line of these tables is a test: the emulator misbehaves in exactly this way over a real socket, the
client and the command go through it, and the emulator's bill is checked. The page is made from the table
that the tests run (`tests/faults/table.json`), and a test fails if it is not.

| in these tables | means | billed | exit code |
|---|---|---|---|
| **picture** | you get it | once | 0 |
| **repeat, picture** | sent again, because not one byte had left this machine or the server said that it executed nothing; you get the picture | once | 0 |
| **unconfirmed** | it may have been accepted, and the server offers no way to ask; it is never sent again behind your back: look at the usage or balance of your account, and submit again if nothing was charged | maybe | 4 |
| **refused** | the server said no | no | 3 |
| **no connection** | nothing left this machine | no | 6 |
| **failed** | the task failed; the server gives the money back (30 minutes later if it waits in MODAL) | no | 1 |
| **wait again** | the task is paid for and goes on; its id is in the error: `zoomout wait TASK_ID -o FILE` costs nothing | once | 5 or 6 |
| **see why** | the task is paid for, but the server will not show it or its picture; its id is in the error: correct what the server names, then `zoomout wait TASK_ID -o FILE` | once | 3 or 7 |

There is one charge at most in every line.
";

/// The page.
pub fn page() -> String {
    let (faults, fates) = rows();
    let mut page = HEAD.to_owned();
    page.push_str("\n## When the network or the server misbehaves\n\n");
    page.push_str(
        "| what happens | to the submission | to a look at the task | to the download |\n|---|---|---|---|\n",
    );
    write_rows(&mut page, &faults);
    page.push_str("\n## What becomes of a task\n\n| what happens | how the zoom ends |\n|---|---|\n");
    write_rows(&mut page, &fates);
    page
}

/// What ends alike stands together.
fn write_rows(page: &mut String, rows: &[Row]) {
    let mut groups: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for row in rows {
        let cells = cells(row);
        match groups.iter_mut().find(|(known, _)| *known == cells) {
            Some((_, whats)) => whats.push(&row.what),
            None => groups.push((cells, vec![&row.what])),
        }
    }
    for (cells, whats) in groups {
        let _ = writeln!(page, "| {} | {} |", whats.join("; <br>"), cells.join(" | "));
    }
}

/// Two ends are one cell, unless it makes a difference how often it happens.
fn cells(row: &Row) -> Vec<String> {
    row.ends
        .chunks(2)
        .map(|ends| match ends {
            [once, always] if words(once) != words(always) => {
                format!("{}; if it goes on: {}", words(once), words(always))
            }
            [end, ..] => words(end),
            [] => String::new(),
        })
        .collect()
}

fn words(end: &str) -> String {
    let ways: Vec<&str> = end.split(" | ").map(way).collect();
    ways.join(", or ")
}

fn way(end: &str) -> &'static str {
    match end.split(' ').collect::<Vec<_>>().as_slice() {
        ["done", _, "1", _] => "picture",
        ["done", ..] => "repeat, picture",
        ["unconfirmed", ..] => "**unconfirmed**",
        ["transport", "no", ..] => "no connection",
        ["refused", "no", ..] => "refused",
        ["task_failed", ..] => "failed",
        ["transport" | "deadline", "yes", ..] => "wait again",
        ["refused" | "protocol", "yes", ..] => "see why",
        other => panic!("no words for {other:?}"),
    }
}
