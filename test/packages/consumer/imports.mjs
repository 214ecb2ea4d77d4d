// Prints the code of the error, or "imported", for each module that is named.
for (const name of process.argv.slice(2)) {
  console.log(name, await import(name).then(() => "imported", (error) => error.code ?? error))
}
