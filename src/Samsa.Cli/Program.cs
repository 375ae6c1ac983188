using Samsa.Cli;

return await CommandLine.RunAsync(args);
