use std::fmt::Write;

/// A unified diff of so many lines of TypeScript: two of three lines differ, in some of their words.
pub fn long_change(lines: usize) -> String {
    let each = lines.div_ceil(3);
    let mut diff = format!("--- a/long.ts\n+++ b/long.ts\n@@ -1,{0} +1,{0} @@\n", each * 2);
    for at in 1..=each {
        let _ = writeln!(diff, "-  const value{at} = await read(\"row {at}\", {{ limit: {at} }});");
        let _ =
            writeln!(diff, "+  const value{at} = await read(\"line {at}\", {{ limit: {at}, deep: true }});");
        let _ = writeln!(diff, "   report(value{at}); // what came of it");
    }
    diff
}
