Console.WriteLine("aigw");
