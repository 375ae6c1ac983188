System.Console.WriteLine("samsa");
