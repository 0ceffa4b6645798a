/** Made from its number, so that this file itself hides nothing. */
const sign = (code: number): string => String.fromCodePoint(code);

/** Everything that can become of a file, and what a hostile agent would try. */
export const EVERYTHING = `diff --git a/src/server/retry.ts b/src/server/retry.ts
index 1111111..2222222 100644
--- a/src/server/retry.ts
+++ b/src/server/retry.ts
@@ -1,23 +1,24 @@ export
 import { sleep } from './sleep';
 
 /** How often a call is tried, and how long it waits between. */
-export async function retry<T>(call: () => Promise<T>, times = 3): Promise<T> {
-  for (let attempt = 0; attempt < times; attempt += 1) {
+export async function retry<T>(call: () => Promise<T>, times = 5, pause = 250): Promise<T> {
+  // The last error is the one that counts.
+  for (let attempt = 1; attempt <= times; attempt += 1) {
     try {
       return await call();
     } catch (error) {
-      if (attempt === times - 1) throw error;
+      if (attempt === times) throw error;
     }
   }
 }
 
 // 1
 // 2
 // 3
 // 4
 // 5
 // 6
 // 7
 // 8
 // 9
 // 10
 // 11
 // 12
diff --git a/src/server/old-name.py b/src/server/new-name.py
similarity index 90%
rename from src/server/old-name.py
rename to src/server/new-name.py
--- a/src/server/old-name.py
+++ b/src/server/new-name.py
@@ -1,3 +1,3 @@
 def limit(n: int = 10) -> str:
-    return "no more than %d" % n
+    return f"at most {n}"
 # end
diff --git a/bin/run.sh b/bin/run.sh
old mode 100644
new mode 100755
diff --git a/icons/bell.png b/icons/bell.png
index 3333333..4444444 100644
Binary files a/icons/bell.png and b/icons/bell.png differ
diff --git a/notes.txt b/notes.txt
new file mode 100644
--- /dev/null
+++ b/notes.txt
@@ -0,0 +1,2 @@
+first
+last
\\ No newline at end of file
diff --git a/gone.json b/gone.json
deleted file mode 100644
--- a/gone.json
+++ /dev/null
@@ -1 +0,0 @@
-{ "keep": true, "days": 30 }
diff --git a/src/access.rs b/src/access.rs
--- a/src/access.rs
+++ b/src/access.rs
@@ -1,3 +1,3 @@
 fn allowed(user: &User) -> bool {
-    user.is_admin()
+    user.is_admin() || user.name == "${sign(0x202e)}nimda${sign(0x200b)}" /* ${'x'.repeat(6000)} */
 }
`;

/** Ten thousand lines: every second one takes the place of another. */
export function longDiff(lines: number): string {
  const body: string[] = [];
  for (let at = 1; body.length < lines; at += 1) {
    body.push(`-  const value${at} = await read("row ${at}", { limit: ${at} });`);
    body.push(`+  const value${at} = await read("line ${at}", { limit: ${at + 1}, deep: true });`);
    body.push(`   report(value${at}); // what came of it`);
  }
  const count = Math.ceil(lines / 3) * 2;
  return `--- a/long.ts\n+++ b/long.ts\n@@ -1,${count} +1,${count} @@\n${body.join('\n')}\n`;
}
