//! Tables as text: comma-separated values read and written (RFC 4180).
//!
//! What is not here: what the columns mean (`sites`).

use model::limits::{TABLE_CELL_CHARS_MAX, TABLE_CELLS_MAX, TABLE_ROWS_MAX};

/// Why a text is no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFault {
    /// More rows than are taken.
    TooManyRows,
    /// More cells in a row than are taken.
    TooManyCells,
    /// A quote was opened and never closed.
    OpenQuote,
}

/// Reads a table. A byte order mark, empty lines and both line endings are fine.
///
/// # Errors
/// When it is too large or a quote stays open.
pub fn read(text: &str) -> Result<Vec<Vec<String>>, TableFault> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut row, mut cell, mut length) = (Vec::new(), String::new(), 0);
    let mut quoted = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = letters.next() {
        match (quoted, c) {
            (true, '"') if letters.peek() == Some(&'"') => {
                letters.next();
                push(&mut cell, &mut length, '"');
            }
            (true, '"') => quoted = false,
            (false, '"') if cell.is_empty() => quoted = true,
            (false, ',') => end_cell(&mut row, &mut cell, &mut length)?,
            (false, '\r') if letters.peek() == Some(&'\n') => {}
            (false, '\n') => {
                end_cell(&mut row, &mut cell, &mut length)?;
                end_row(&mut rows, &mut row)?;
            }
            (_, c) => push(&mut cell, &mut length, c),
        }
    }
    if quoted {
        return Err(TableFault::OpenQuote);
    }
    end_cell(&mut row, &mut cell, &mut length)?;
    end_row(&mut rows, &mut row)?;
    Ok(rows)
}

fn push(cell: &mut String, length: &mut usize, c: char) {
    if *length <= TABLE_CELL_CHARS_MAX {
        cell.push(c);
        *length += 1;
    }
}

fn end_cell(
    row: &mut Vec<String>,
    cell: &mut String,
    length: &mut usize,
) -> Result<(), TableFault> {
    if row.len() >= TABLE_CELLS_MAX {
        return Err(TableFault::TooManyCells);
    }
    row.push(core::mem::take(cell).trim().to_owned());
    *length = 0;
    Ok(())
}

fn end_row(rows: &mut Vec<Vec<String>>, row: &mut Vec<String>) -> Result<(), TableFault> {
    let row = core::mem::take(row);
    if row.iter().all(String::is_empty) {
        return Ok(());
    }
    if rows.len() >= TABLE_ROWS_MAX {
        return Err(TableFault::TooManyRows);
    }
    rows.push(row);
    Ok(())
}

/// A cell as it may stand in a table that people open: quoted where needed, and with an apostrophe
/// before what a spreadsheet would run.
pub fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_cells_quotes_and_endings() {
        let found =
            read("\u{feff}a, b ,c\r\n\r\n\"x,y\",\"he said \"\"no\"\"\",\"two\nlines\"\nlast")
                .unwrap();
        assert_eq!(
            found,
            [vec!["a", "b", "c"], vec!["x,y", "he said \"no\"", "two\nlines"], vec!["last"]]
        );
        assert_eq!(read("").unwrap(), Vec::<Vec<String>>::new());
    }

    #[test]
    fn what_is_too_large_or_broken_is_said() {
        assert_eq!(read("\"open"), Err(TableFault::OpenQuote));
        assert_eq!(read(&",".repeat(TABLE_CELLS_MAX)), Err(TableFault::TooManyCells));
        assert_eq!(read(&"a\n".repeat(TABLE_ROWS_MAX + 1)), Err(TableFault::TooManyRows));
        let long = read(&"x".repeat(100_000)).unwrap();
        assert_eq!(long[0][0].chars().count(), TABLE_CELL_CHARS_MAX + 1);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["plain", "a,b", "say \"no\"", "two\nlines"] {
            assert_eq!(read(&format!("{},end", cell(text))).unwrap()[0][0], text);
        }
        assert_eq!(cell("=1+1"), "'=1+1");
    }
}
