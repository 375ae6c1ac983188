using Samsa.Cli;
using Samsa.Cli.Tools;

return await CommandLine.RunAsync(args, ToolConsole.OfProcess());
