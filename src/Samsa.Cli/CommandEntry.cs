namespace Samsa.Cli;

/// <summary>A tool in the table.</summary>
/// <param name="Name">The word after <c>samsa</c>; <c>bin/kafka-NAME</c> leads to it.</param>
/// <param name="Summary">What it does, in one line for the overview.</param>
/// <param name="Create">Makes it. Nothing of a tool is loaded before it is asked for.</param>
internal sealed record CommandEntry(string Name, string Summary, Func<ICommand> Create);
