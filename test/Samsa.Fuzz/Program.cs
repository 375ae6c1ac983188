return Samsa.Fuzz.FuzzCommand.Run(args);
